import { hash64 } from '@souk/kernel'
import type { PeerEffect } from '@souk/peer'
import type { MessageOf, PeerId, TaskId, TaskRecord } from '@souk/wire'
import { heard, messageFrom, sent } from './messages.ts'
import { anything, crashing, cutting, losing, type PlantedBug, type Tamper } from './planted-bug.ts'

/** The custodians of every task that this life has spoken of. */
class Sets {
  readonly #custodians = new Map<TaskId, readonly PeerId[]>()

  see(effect: PeerEffect): void {
    const record = recordIn(effect)
    if (record !== undefined) this.#custodians.set(record.id, record.custodians)
  }

  others(task: TaskId, ...but: PeerId[]): PeerId[] {
    return (this.#custodians.get(task) ?? []).filter((peer) => !but.includes(peer))
  }
}

function recordIn(effect: PeerEffect): TaskRecord | undefined {
  if (effect.type === 'run') return effect.order.record
  const said = sent(effect, 'store') ?? sent(effect, 'prepare') ?? sent(effect, 'commit')
  return said?.record
}

/** Where one custodian's answer is heard, the others are taken to have said the same. */
function oneForAll(tag: 'stored' | 'committed'): Tamper {
  const sets = new Sets()
  return {
    hear: (input, moment) =>
      heard(input, tag, (answer, { peer }) => {
        for (const other of sets.others(answer.task, peer, moment.self))
          moment.hear(messageFrom({ peer: other, incarnation: 1 }, answer))
        return [answer]
      }),
    act(effect) {
      sets.see(effect)
      return [effect]
    },
  }
}

/** Promises that have no word of what was accepted. */
function withoutAccepted({ accepted: _accepted, ...rest }: MessageOf<'promise'>): MessageOf<'promise'> {
  return rest
}

export const quorumBugs: readonly PlantedBug[] = [
  {
    name: 'accepts-at-one-stored',
    about: 'tells its client that a task is accepted when the first custodian has it',
    breaks: ['I2'],
    where: losing,
    tamper: () => oneForAll('stored'),
  },
  {
    name: 'recovers-with-one-promise',
    about: 'takes its own promise for that of a majority, and so hears of nothing that others accepted',
    breaks: ['I5', 'I4', 'I1', 'I12'],
    where: losing,
    tamper: () => ({
      act(effect, moment) {
        const prepare = sent(effect, 'prepare')
        if (prepare === undefined || effect.type !== 'send') return [effect]
        const { task, version, ballot } = prepare
        const promise = { t: 'promise', task, version, ballot, attempts: [], begun: false, leftMs: 0 } as const
        moment.hear(messageFrom({ peer: effect.to, incarnation: 1 }, { ...promise, attempts: [] }))
        return [effect]
      },
    }),
  },
  {
    name: 'closes-at-one-acceptance',
    about: 'takes one acceptance for those of a majority',
    breaks: ['I4', 'I1'],
    where: losing,
    tamper: () => oneForAll('committed'),
  },
  {
    name: 'counts-its-own-vote-twice',
    about: 'where it keeps a task itself, counts its own acceptance for that of another custodian, too',
    breaks: ['I4', 'I1'],
    where: losing,
    tamper: () => {
      const sets = new Sets()
      return {
        act(effect, moment) {
          sets.see(effect)
          const commit = sent(effect, 'commit')
          if (commit === undefined || effect.type !== 'send') return [effect]
          const { task, version, ballot } = commit
          if (sets.others(task).includes(moment.self))
            moment.hear(messageFrom({ peer: effect.to, incarnation: 1 }, { t: 'committed', task, version, ballot }))
          return [effect]
        },
      }
    },
  },
  {
    name: 'recovers-without-asking',
    about: 'takes its own word for it that a lease has run out, and fences whoever bears the task',
    breaks: ['I5', 'I12'],
    where: cutting,
    tamper: () => ({
      hear: (input) => heard(input, 'leaseTold', (told) => [{ ...told, leftMs: 0 }]),
      act(effect, moment) {
        const ask = sent(effect, 'leaseAsk')
        if (ask !== undefined && effect.type === 'send')
          moment.hear(messageFrom({ peer: effect.to, incarnation: 1 }, { ...ask, t: 'leaseTold', leftMs: 0 }))
        const prepare = sent(effect, 'prepare')
        if (prepare === undefined || effect.type !== 'send') return [effect]
        return [{ ...effect, message: { ...prepare, aim: 'close' } }]
      },
    }),
  },
  {
    name: 'promises-while-a-lease-runs',
    about: 'says that no lease runs, and promises a new bearer its ballot beside the old one',
    breaks: ['I5', 'I12'],
    where: cutting,
    tamper: () => ({
      hear: (input) => heard(input, 'prepare', (prepare) => [{ ...prepare, aim: 'close' }]),
      act(effect) {
        const told = sent(effect, 'leaseTold')
        if (told === undefined || effect.type !== 'send') return [effect]
        return [{ ...effect, message: { ...told, leftMs: 0 } }]
      },
    }),
  },
  {
    name: 'promises-without-what-it-accepted',
    about: 'does not say with a promise what it had accepted before',
    breaks: ['I4', 'I1', 'I5'],
    where: crashing,
    tamper: () => ({
      act(effect) {
        const promise = sent(effect, 'promise')
        if (promise === undefined || effect.type !== 'send') return [effect]
        return [{ ...effect, message: withoutAccepted(promise) }]
      },
    }),
  },
  {
    name: 'widens-the-custodians',
    about: 'lets a fourth peer store a task, and counts it for one of the three',
    breaks: ['I2'],
    where: losing,
    tamper: () => {
      const known = new Set<PeerId>()
      const stands = new Map<string, { peer: PeerId; version: number }>()
      return {
        hear(input, moment) {
          if (input.type === 'connected') known.add(input.peer)
          return heard(input, 'stored', (stored, from) => {
            const one = stands.get(`${stored.task}/${from.peer}`)
            if (one === undefined) return [stored]
            moment.hear(messageFrom({ ...from, peer: one.peer }, { ...stored, version: one.version }))
            return []
          })
        },
        act(effect, moment) {
          const store = sent(effect, 'store')
          if (store === undefined || effect.type !== 'send') return [effect]
          const { record } = store
          const fourth = [...known].find((peer) => !record.custodians.includes(peer))
          if (fourth === undefined || effect.to !== record.custodians.findLast((peer) => peer !== moment.self))
            return [effect]
          stands.set(`${record.id}/${fourth}`, { peer: effect.to, version: record.version })
          const custodians = record.custodians.map((peer) => (peer === effect.to ? fourth : peer))
          const version = 2 ** 32 + hash64(custodians.join(), 5).lo
          return [{ ...effect, to: fourth, message: { ...store, record: { ...record, custodians, version } } }]
        },
      }
    },
  },
  {
    name: 'bears-what-others-know',
    about: 'bears a task under its own ballot although its custodians answer that they know it already',
    breaks: ['I5', 'I1', 'I12', 'I4', 'I16'],
    where: anything,
    tamper: () => ({
      hear: (input) =>
        heard(input, 'already', ({ task, version, ballot, known }) =>
          known.version === version ? [{ t: 'stored', task, version, ballot }] : [],
        ),
    }),
  },
  {
    name: 'starts-without-leave',
    about: 'starts a task that must start at most once without telling its custodians before',
    breaks: ['G3'],
    where: anything,
    tamper: () => ({
      act(effect, moment) {
        const begin = sent(effect, 'begin')
        if (begin === undefined || effect.type !== 'send') return [effect]
        moment.hear(messageFrom({ peer: effect.to, incarnation: 1 }, { ...begin, t: 'begun' }))
        return []
      },
    }),
  },
]
