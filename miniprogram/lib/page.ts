/** A tap: which element, and what its `data-…` says. */
export interface Tap {
  currentTarget: { dataset: Record<string, unknown> };
}
/** A form element that has another value. */
export interface Input {
  detail: { value: string };
  currentTarget: { dataset: Record<string, unknown> };
}

interface Instance<Data> {
  data: Data;
  setData(change: Partial<Data>): void;
}

/** A page as WeChat's `Page()` takes it, typed so that its methods know its data and each other. */
export function definePage<Data extends object, Methods extends object>(
  page: { data: Data } & Methods & ThisType<Instance<Data> & Methods>,
): { data: Data } & Methods {
  return page;
}
