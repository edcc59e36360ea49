import type { Refusal } from '@souk/wire'

/** below what a message may carry; details hold names and lists from other peers, which may be longer together */
const detailCharsMax = 250

/** The host cannot run such a task as it is now. */
export const never = (code: Refusal['code'], detail: string): Refusal => refusal(code, true, detail)

/** The host could run such a task, but not at this moment. */
export const later = (code: Refusal['code'], detail: string): Refusal => refusal(code, false, detail)

export const draining: Refusal = later('draining', 'it takes no new work')

export const pressed = (why: string): Refusal => later('pressure', why)

export const unsure: Refusal = later('unsure', 'it has just started, and has not heard from most members yet')

function refusal(code: Refusal['code'], isForEver: boolean, detail: string): Refusal {
  return { code, never: isForEver, detail: detail.slice(0, detailCharsMax) }
}
