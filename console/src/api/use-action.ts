import { useMutation, useQueryClient } from '@tanstack/react-query';
import { App } from 'antd';
import { useRef } from 'react';
import { useWords } from '../i18n/language.tsx';
import type { WordKey } from '../i18n/words.ts';
import { useStepUp } from '../session/step-up.tsx';
import { useProblemNotice } from '../ui/problem-notice.tsx';
import { refreshScreen } from './refresh.ts';
import { toProblem, type ApiProblem } from './problem.ts';

/** To be spread into the call. */
export interface Sent {
  headers: { 'Idempotency-Key': string };
}

export interface Action<Input, Output> {
  /** Resolves with undefined when it failed; the reason has been shown. */
  run: (input: Input) => Promise<Output | undefined>;
  pending: boolean;
  problem: ApiProblem | null;
  forgetProblem: () => void;
}

/**
 * Something a person does. Asks for a fresh second factor when the service wants one and then does it again; says how
 * it went; has every page on the screen read anew. While nobody knows whether the request arrived, the same input goes
 * with the same Idempotency-Key, so that pressing twice does it once.
 */
export function useAction<Output, Input = void>(
  act: (input: Input, sent: Sent) => Promise<Output>,
  { done, quiet = false }: { done?: WordKey | ((output: Output) => WordKey); quiet?: boolean } = {},
): Action<Input, Output> {
  const t = useWords();
  const queries = useQueryClient();
  const stepUp = useStepUp();
  const { message } = App.useApp();
  const showProblem = useProblemNotice();
  const unanswered = useRef<{ input: string; key: string }>(null);

  async function once(input: Input): Promise<Output> {
    const text = JSON.stringify(input ?? null);
    const key = unanswered.current?.input === text ? unanswered.current.key : crypto.randomUUID();
    unanswered.current = { input: text, key };
    try {
      const output = await act(input, { headers: { 'Idempotency-Key': key } });
      unanswered.current = null;
      return output;
    } catch (thrown) {
      const problem = toProblem(thrown);
      if (!problem.isUnanswered) unanswered.current = null;
      throw problem;
    }
  }

  const mutation = useMutation<Output, ApiProblem, Input>({
    mutationFn: async (input) => {
      try {
        return await once(input);
      } catch (thrown) {
        const problem = toProblem(thrown);
        if (problem.wantsStepUp && (await stepUp())) return once(input);
        throw problem;
      }
    },
    onSuccess: (output) => {
      if (done !== undefined) void message.success(t(typeof done === 'function' ? done(output) : done));
    },
    onError: (problem) => {
      if (!quiet) showProblem(problem);
    },
    onSettled: () => void refreshScreen(queries),
  });

  return {
    run: (input) => mutation.mutateAsync(input).catch(() => undefined),
    pending: mutation.isPending,
    problem: mutation.error,
    forgetProblem: mutation.reset,
  };
}
