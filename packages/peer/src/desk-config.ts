import type { Millis } from '@souk/kernel'

/** Limits and times of what local clients ask of tasks anywhere. */
export interface DeskConfig {
  /** questions under way at once; more are answered as unreachable */
  asksMax: number
  /** a peer that has not answered by then counts as unreachable */
  answerMsMax: Millis
  /** a cancel may wait until it is noticed that a custodian has gone, for a lease to run out, or for a process group to end */
  cancelMsMax: Millis
  /** a watch is renewed this often: so late it is noticed that the custodian which is read has gone */
  watchAgainMs: Millis
}

export const defaultDeskConfig: DeskConfig = {
  asksMax: 100_000,
  answerMsMax: 1_500,
  cancelMsMax: 15_000,
  watchAgainMs: 5_000,
}
