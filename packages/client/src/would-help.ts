/** Something that would let a waiting task start. */
export interface WouldHelp {
  code:
    | 'wait'
    | 'raise-quota'
    | 'reach'
    | 'undrain'
    | 'ask-less'
    | 'without-label'
    | 'add-function'
    | 'allow-executor'
    | 'add-host'
  /** the resource, label (name=value), function or executor that it is about */
  what?: string
  /** ask-less: as much as the largest of these hosts has, in thousandths of a CPU or device, bytes or units */
  atMost?: number
  /** wait: when the soonest of them may have room */
  etaMs?: number
  /** on how many hosts it would run then */
  hosts: number
  /** the first of them; raise-quota: nobody, since only their number is known */
  peers: string[]
}
