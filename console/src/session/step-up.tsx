import { Modal, type GetRef, type Input } from 'antd';
import { createContext, useCallback, useContext, useRef, useState, type ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { answered, api } from '../api/client.ts';
import { toProblem, type ApiProblem } from '../api/problem.ts';
import { useWords } from '../i18n/language.tsx';
import { problemTitle } from '../ui/problem-notice.tsx';
import { CODE_LENGTH, CodeInput } from './code-input.tsx';
import { ME } from './session.tsx';

/** Asks for a fresh code of the second factor; true once the service has taken one. */
type StepUp = () => Promise<boolean>;

const StepUpContext = createContext<StepUp | null>(null);

export function useStepUp(): StepUp {
  const stepUp = useContext(StepUpContext);
  if (stepUp === null) throw new Error('useStepUp needs a StepUpProvider above it');
  return stepUp;
}

export function StepUpProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const finish = useRef<(proved: boolean) => void>(undefined);
  const stepUp = useCallback<StepUp>(() => {
    setOpen(true);
    return new Promise((resolve) => {
      finish.current = resolve;
    });
  }, []);
  return (
    <StepUpContext value={stepUp}>
      {children}
      {open && (
        <StepUpDialog
          onEnd={(proved) => {
            setOpen(false);
            finish.current?.(proved);
          }}
        />
      )}
    </StepUpContext>
  );
}

function StepUpDialog({ onEnd }: { onEnd: (proved: boolean) => void }) {
  const t = useWords();
  const queries = useQueryClient();
  const [code, setCode] = useState('');
  const [failures, setFailures] = useState(0);
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const boxes = useRef<GetRef<typeof Input.OTP>>(null);

  async function prove(totp: string): Promise<void> {
    setPending(true);
    try {
      await answered(api.POST('/api/v1/admin/sessions/current/step-up', { body: { totp } }));
      void queries.invalidateQueries({ queryKey: ME });
      onEnd(true);
    } catch (thrown) {
      setProblem(toProblem(thrown));
      setCode('');
      setFailures((count) => count + 1);
    } finally {
      setPending(false);
    }
  }

  return (
    <Modal
      open
      width={400}
      title={t('secondFactor.stepUp')}
      okText={t('common.confirm')}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: code.length < CODE_LENGTH, loading: pending }}
      onOk={() => void prove(code)}
      onCancel={() => onEnd(false)}
      // Once open: before, the dialog beneath still holds the focus.
      afterOpenChange={(isOpen) => isOpen && boxes.current?.focus()}
    >
      <p className="dialog-hint">{t('secondFactor.stepUpWhy')}</p>
      <CodeInput
        ref={boxes}
        key={failures} // a refused code starts in its first box again
        autoFocus
        value={code}
        onChange={(text) => {
          setCode(text);
          if (text.length === CODE_LENGTH && !pending) void prove(text);
        }}
      />
      {problem !== undefined && (
        <p role="alert" className="field-error">
          {problemTitle(problem, t)}
        </p>
      )}
    </Modal>
  );
}
