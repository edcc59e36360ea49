import type { PeerInput, StoredEntry } from '@souk/peer'
import { anything, crashing, type PlantedBug } from './planted-bug.ts'

/** A start that finds something else in the store than there is. */
function startsWith(change: (stored: StoredEntry[]) => StoredEntry[]): (input: PeerInput) => PeerInput[] {
  return (input) => [input.type === 'start' ? { ...input, stored: change(input.stored) } : input]
}

/** The same entries with a field of each value replaced. */
function eachValue(change: (value: Record<string, unknown>) => Record<string, unknown>) {
  return (stored: StoredEntry[]) =>
    stored.map(({ key, value }) => ({ key, value: change(value as Record<string, unknown>) }))
}

/** The same entries, and no vote says what was accepted. */
const forgetAccepted = eachValue(({ accepted: _accepted, ...rest }) => rest)

export const diskBugs: readonly PlantedBug[] = [
  {
    name: 'acknowledges-before-the-disk',
    about: 'takes every write for durable the moment it is ordered',
    breaks: ['I2'],
    where: crashing,
    tamper: () => ({
      act(effect, moment) {
        if (effect.type === 'persist') moment.hear({ type: 'persisted', upToSeq: effect.seq })
        return [effect]
      },
    }),
  },
  {
    name: 'acknowledges-a-full-disk',
    about: 'takes a failed write for one that worked',
    breaks: ['I2'],
    where: anything,
    tamper: () => ({
      hear: (input) => [input.type === 'persistFailed' ? { type: 'persisted', upToSeq: input.upToSeq } : input],
    }),
  },
  {
    name: 'forgets-everything-at-start',
    about: 'begins every life with an empty store',
    breaks: ['I2', 'I3'],
    where: crashing,
    tamper: () => ({ hear: startsWith(() => []) }),
  },
  {
    name: 'forgets-outcomes-at-start',
    about: 'takes up closed tasks again after a restart',
    breaks: ['I1', 'I5', 'I4'],
    where: crashing,
    tamper: () => ({
      hear: startsWith((stored) => forgetAccepted(stored.filter(({ key }) => !key.startsWith('over/')))),
    }),
  },
  {
    name: 'forgets-what-it-accepted-at-start',
    about: 'knows no more what it had accepted of open tasks after a restart',
    breaks: ['I4', 'I1', 'I5'],
    where: crashing,
    tamper: () => ({
      hear: startsWith((stored) => {
        const over = new Set(stored.map(({ key }) => key).filter((key) => key.startsWith('over/')))
        const closed = (key: string) => over.has(`over/${key.slice('vote/'.length)}`)
        return [...forgetAccepted(stored.filter(({ key }) => !closed(key))), ...stored.filter(({ key }) => closed(key))]
      }),
    }),
  },
  {
    name: 'forgets-promises-at-start',
    about: 'promises again from the first ballot on after a restart',
    breaks: ['I3', 'I16'],
    where: crashing,
    tamper: () => ({
      hear: startsWith(
        eachValue((value) => {
          const promised = value.promised as object | undefined
          return promised === undefined ? value : { ...value, promised: { ...promised, counter: 1 } }
        }),
      ),
    }),
  },
]
