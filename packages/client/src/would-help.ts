export const wouldHelpCodes = [
  'wait',
  /** its tenant may have no more there; with `what`, never as much of it as one task needs; `together`: never as many at a time */
  'raise-quota',
  'undrain',
  'reach',
  /** what it must be near or apart from stands in the way */
  'untie',
  'ask-less',
  /** devices of any model */
  'other-gpu',
  'without-label',
  'without-where',
  'add-function',
  'allow-executor',
  'add-host',
] as const

/** Something that would let a waiting task start. */
export interface WouldHelp {
  code: (typeof wouldHelpCodes)[number]
  /** the resource, models, label (name=value), expression, function or executor that it is about, or what hosts said */
  what?: string
  /** raise-quota of `together`: so many at a time on each of them at most; ask-less: as much as the largest of these hosts has, in thousandths of a CPU or device, bytes or units */
  atMost?: number
  /** wait: when the soonest of them may have room */
  etaMs?: number
  /** on how many hosts it would run then */
  hosts: number
  /** the first of them; of a quota: nobody, since only their number is known */
  peers: string[]
}
