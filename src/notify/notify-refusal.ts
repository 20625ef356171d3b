/** Ends the handling of a notification with a failure in WeChat's own form, so that WeChat sends it again (M-01). */
export class NotifyRefusal extends Error {
  constructor(
    readonly status: number,
    /** Goes to whoever sent the message: says what is wrong with it, nothing about us. */
    readonly words: string,
    /** False for WeChat's own probes, which are refused as they should be (M-37). */
    readonly alarming = true,
  ) {
    super(words);
    this.name = 'NotifyRefusal';
  }
}
