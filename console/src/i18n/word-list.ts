/** `key: [Chinese, English]`; `{name}` stands for a value that the caller gives. */
export type WordList = Readonly<Record<string, readonly [zh: string, en: string]>>;
