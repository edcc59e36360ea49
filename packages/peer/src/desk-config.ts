import type { Millis } from '@souk/kernel'

/** Limits and times of local clients' questions about tasks. */
export interface DeskConfig {
  /** questions under way at once; more are answered as unreachable */
  asksMax: number
  /** a peer that has not answered by then counts as unreachable */
  answerMsMax: Millis
  /** a cancel is answered by then: it may wait for a dead custodian to be noticed, a lease to run out, a process group to end */
  cancelMsMax: Millis
  /** a watch is renewed this often, so that a custodian that forgot it or has gone is noticed this late */
  watchAgainMs: Millis
}

export const defaultDeskConfig: DeskConfig = {
  asksMax: 100_000,
  answerMsMax: 1_500,
  cancelMsMax: 15_000,
  watchAgainMs: 5_000,
}
