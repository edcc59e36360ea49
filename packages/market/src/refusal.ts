import type { Refusal } from '@souk/wire'

/** what a message may say, less a little; names and lists from elsewhere may be longer together */
const detailCharsMax = 250

/** It cannot, until the host changes. */
export const never = (code: Refusal['code'], detail: string): Refusal => refusal(code, true, detail)

/** It cannot now. */
export const later = (code: Refusal['code'], detail: string): Refusal => refusal(code, false, detail)

export const draining: Refusal = later('draining', 'it takes no new work')

export const pressed = (why: string): Refusal => later('pressure', why)

export const unsure: Refusal = later('unsure', 'it has just started, and has not heard from most members yet')

function refusal(code: Refusal['code'], isForEver: boolean, detail: string): Refusal {
  return { code, never: isForEver, detail: detail.slice(0, detailCharsMax) }
}
