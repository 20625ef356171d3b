import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { GroupCommit, NotDecided, type GroupCommitOptions } from '../src/database/group-commit.js';

interface Item {
  key: string;
  name: string;
}

/** A decision under way: the names in it, and how to end it. */
interface Decision {
  names: string[];
  commit(): void;
  fail(error: Error): void;
}

const item = (name: string, key = name): Item => ({ name, key });

/** Groups whose decisions end when the test says so. */
function controlled(options: Partial<GroupCommitOptions<Item, string>> = {}) {
  const decisions: Decision[] = [];
  const group = new GroupCommit<Item, string>({
    keyOf: ({ key }) => key,
    decide: (items) =>
      new Promise((resolve, reject) => {
        const names = items.map(({ name }) => name);
        const commit = () => resolve(names.map((name) => `${name} decided`));
        decisions.push({ names, commit, fail: reject });
      }),
    onGroupFailed: () => undefined,
    limit: 1000,
    patienceMs: 5000,
    ...options,
  });
  const underWay = () => decisions.map(({ names }) => names.join());
  const commit = async (index: number): Promise<void> => {
    decisions[index]?.commit();
    await turn();
  };
  return { group, decisions, underWay, commit };
}

describe('a group commit', () => {
  it('lets the first go at once, and what arrives meanwhile go together', async () => {
    const { group, underWay, commit } = controlled();
    const answers = ['a', 'b', 'c', 'd'].map((name) => group.submit(item(name)));
    expect(underWay()).toEqual(['a']);
    await commit(0);
    expect(underWay()).toEqual(['a', 'b,c,d']);
    await commit(1);
    expect(await Promise.all(answers)).toEqual(['a decided', 'b decided', 'c decided', 'd decided']);
  });

  it('sends the next group on its way before it answers the last one', async () => {
    const steps: string[] = [];
    const decided = Promise.withResolvers<void>();
    const group = new GroupCommit<Item, string>({
      keyOf: ({ key }) => key,
      decide: async (items) => {
        const names = items.map(({ name }) => name);
        // As a pool hands out a connection: in the next tick.
        await new Promise<void>((resolve) => process.nextTick(resolve));
        steps.push(`asks about ${names.join()}`);
        if (names.includes('first')) await decided.promise;
        return names;
      },
      onGroupFailed: () => undefined,
      limit: 10,
      patienceMs: 5000,
    });
    const answers = ['first', 'second'].map(async (name) =>
      steps.push(`answers ${await group.submit(item(name))}`),
    );
    decided.resolve();
    await Promise.all(answers);
    expect(steps).toEqual(['asks about first', 'asks about second', 'answers first', 'answers second']);
  });

  it('never has two items of one key under way', async () => {
    const { group, underWay, commit } = controlled();
    const answers = [item('a1', 'a'), item('a2', 'a'), item('b1', 'b'), item('b2', 'b')].map((each) =>
      group.submit(each),
    );
    await commit(0);
    expect(underWay()).toEqual(['a1', 'a2,b1']);
    await commit(1);
    expect(underWay()).toEqual(['a1', 'a2,b1', 'b2']);
    await commit(2);
    await Promise.all(answers);
  });

  it('takes a group that fails apart: the bad one fails, nobody else', async () => {
    const { group, decisions, underWay, commit } = controlled();
    const first = group.submit(item('first'));
    const answers = ['good', 'bad', 'fine'].map((name) => group.submit(item(name)));
    const settled = Promise.allSettled([first, ...answers]);
    await commit(0);
    decisions[1]?.fail(new Error('cannot be done together'));
    await turn();
    expect(underWay().slice(2)).toEqual(['good', 'bad', 'fine']);
    decisions[3]?.fail(new Error('bad'));
    await commit(2);
    await commit(4);
    expect(await settled).toMatchObject([
      { value: 'first decided' },
      { value: 'good decided' },
      { reason: new Error('bad') },
      { value: 'fine decided' },
    ]);
  });

  it('goes on with others while those of a failed group wait alone', async () => {
    const { group, decisions, underWay, commit } = controlled();
    const stuck = group.submit(item('stuck'));
    decisions[0]?.fail(new Error('locked'));
    await turn();
    const other = group.submit(item('other'));
    const again = group.submit(item('stuck again', 'stuck'));
    expect(underWay()).toEqual(['stuck', 'stuck', 'other']);
    await commit(2);
    expect(await other).toBe('other decided');
    await commit(1);
    expect(underWay().at(-1)).toBe('stuck again');
    await commit(3);
    expect(await Promise.all([stuck, again])).toEqual(['stuck decided', 'stuck again decided']);
  });

  it('goes on with the rest of a group though more wait for a lock than may be under way alone', async () => {
    const { group, decisions, underWay, commit } = controlled();
    const isHeld = Object.assign(new Error('not free in time'), { code: '55P03' });
    const first = group.submit(item('first'));
    const names = ['held 1', 'held 2', 'held 3', 'held 4', 'held 5', 'free'];
    const answers = names.map((name) => group.submit(item(name)));
    await commit(0);
    decisions[1]?.fail(isHeld);
    await turn();
    expect(underWay().slice(2)).toEqual(['held 1', 'held 2', 'held 3', 'held 4']);
    for (const index of [2, 3]) decisions[index]?.fail(isHeld);
    await turn();
    expect(underWay().slice(6)).toEqual(['held 5', 'free']);
    await commit(7);
    expect(await answers[5]).toBe('free decided');
    expect(underWay().slice(8)).toEqual(['held 1']);
    for (const index of [4, 5, 6, 8]) await commit(index);
    await commit(9);
    expect(await Promise.all([first, ...answers])).toHaveLength(7);
  });

  it('does not try again what nobody waits for any more', async () => {
    const { group, decisions, underWay } = controlled({ patienceMs: 20 });
    const answer = group.submit(item('held'));
    const isHeld = Object.assign(new Error('not free in time'), { code: '55P03' });
    decisions[0]?.fail(isHeld);
    await turn();
    await expect(answer).rejects.toThrow(NotDecided);
    decisions[1]?.fail(isHeld);
    await turn();
    expect(underWay()).toEqual(['held', 'held']);
  });

  it('refuses at once what it has no room for, and takes more when there is room again', async () => {
    const { group, commit } = controlled({ limit: 3 });
    const answers = ['a', 'b', 'c'].map((name) => group.submit(item(name)));
    await expect(group.submit(item('d'))).rejects.toThrow(NotDecided);
    await commit(0);
    await answers[0];
    const more = group.submit(item('d'));
    await commit(1);
    await commit(2);
    expect(await Promise.all([...answers, more])).toHaveLength(4);
  });

  it('answers in time whatever happens, and does not begin what nobody waits for any more', async () => {
    const { group, underWay, commit } = controlled({ patienceMs: 20, limit: 2 });
    const answers = [group.submit(item('under way')), group.submit(item('waiting'))];
    for (const answer of answers) await expect(answer).rejects.toThrow('not decided in time');
    const next = group.submit(item('next'));
    await commit(0);
    expect(underWay()).toEqual(['under way', 'next']);
    await commit(1);
    expect(await next).toBe('next decided');
  });

  it('puts no more than 64 into one group', async () => {
    const { group, decisions, commit } = controlled();
    const answers = Array.from({ length: 100 }, (_, index) => group.submit(item(String(index))));
    for (let index = 0; index < 3; index++) await commit(index);
    expect(decisions.map(({ names }) => names.length)).toEqual([1, 64, 35]);
    await Promise.all(answers);
  });
});
