import type { Scale, ScaleClass, ScaleEntry, ScalePlan } from '@souk/client'
import { actorOfScalers, type CapacityReport, scalerOf } from '@souk/peer'
import type { PeerSnapshotView } from './peer-snapshot-view.ts'

/** those that need most */
const classesMax = 16

/** What a peer that can start others decides about the capacity of the mesh. */
export function scaleOf({ self, offer, members, capacity }: PeerSnapshotView): Scale {
  const labelled = members.map((member) => (member.peer === self ? { ...member, reachable: true, offer } : member))
  const scalers = labelled.flatMap((member) => {
    const kind = scalerOf(member)
    return member.reachable && kind !== undefined ? [{ peer: member.peer, kind }] : []
  })
  const actor = actorOfScalers(scalers.map(({ peer }) => peer))
  return {
    at: new Date().toISOString(),
    scalers: scalers.map((one) => ({ ...one, acts: one.peer === actor })),
    ...(capacity === undefined ? {} : { here: planOf(capacity) }),
  }
}

function planOf(report: CapacityReport): ScalePlan {
  const { automatic, needed, slots, comingSlots, soon, later, startMs, slotsPerPeer } = report
  const { grown, peersMax, startsLeft, decision } = report
  return {
    automatic,
    needed,
    slots,
    comingSlots,
    ...(soon === undefined ? {} : { soon }),
    ...(later === undefined ? {} : { later }),
    startMs,
    slotsPerPeer,
    grown,
    peersMax,
    startsLeft,
    classes: report.classes.slice(0, classesMax).map(classOf),
    ...decision,
    reason: reasons[decision.code],
    log: report.log.map(entryOf),
  }
}

function classOf({ runMs, perSecond, ...rest }: CapacityReport['classes'][number]): ScaleClass {
  return { ...rest, ...(runMs === undefined ? {} : { runMs }), ...(perSecond === undefined ? {} : { perSecond }) }
}

function entryOf({
  intent,
  askedWallMs,
  why,
  state,
  code,
  tookMs,
  judgement,
}: CapacityReport['log'][number]): ScaleEntry {
  return {
    intent: intent.id,
    kind: intent.kind,
    at: new Date(askedWallMs).toISOString(),
    why,
    state,
    code,
    ...(tookMs === undefined ? {} : { tookMs }),
    ...(judgement === undefined ? {} : { judgement }),
  }
}

const reasons: Record<CapacityReport['decision']['code'], string> = {
  short: 'more slots are needed for longer than a new peer takes to come',
  unneeded: 'fewer peers would do, and have done for long enough',
  enough: 'the slots that there are will do',
  'no-forecast': 'nothing is foretold yet: it takes a few spans of demand',
  brief: 'what is short will be over before a new peer would be there',
  'on-the-way': 'the peers that are on their way will do',
  'cool-down': 'something was just done; what comes of it is awaited',
  budget: 'as many peers were started in the last hour as may be',
  'at-most': 'there are as many peers of scaling as may be',
  'scale-in-delay': 'fewer peers would do, but not for long enough yet',
  'no-admin': 'this peer is no admin of the mesh, so it can invite nobody',
  'others-turn': 'another peer is to do it; souk scale apply works there',
}
