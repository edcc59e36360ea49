import type { Ballot, Bearer } from '@souk/wire'
import { heard, messageFrom, sent } from './messages.ts'
import { anything, cutting, losing, type PlantedBug } from './planted-bug.ts'

export const ballotBugs: readonly PlantedBug[] = [
  {
    name: 'skips-the-promise-check',
    about: 'accepts a commit under any ballot, as if it came from the bearer of the promised one',
    breaks: ['I4', 'I5', 'I12', 'I16'],
    where: cutting,
    tamper: () => {
      const promised = new Map<string, Ballot>()
      const bearers = new Map<string, Bearer>()
      return {
        hear: (input, moment) =>
          heard(input, 'commit', (commit) => {
            const ballot = promised.get(commit.task)
            const bearer = bearers.get(commit.task)
            if (ballot === undefined || bearer === undefined || ballot.counter <= commit.ballot.counter) return [commit]
            moment.hear(messageFrom(bearer, { ...commit, ballot }))
            return []
          }),
        act(effect) {
          if (effect.type === 'persist') {
            for (const { key, value } of effect.writes) {
              const ballot = (value as { promised?: Ballot } | undefined)?.promised
              if (ballot !== undefined) promised.set(key.slice('vote/'.length), ballot)
            }
          }
          if (effect.type === 'send') {
            for (const { record, incarnation } of sent(effect, 'award')?.batons ?? []) {
              bearers.set(record.id, { peer: effect.to, incarnation })
            }
          }
          return [effect]
        },
      }
    },
  },
  {
    name: 'proposes-two-values-under-one-ballot',
    about: 'says something else when it has to propose an outcome again',
    breaks: ['I4'],
    where: losing,
    tamper: () => {
      const proposed = new Set<string>()
      return {
        act(effect) {
          const commit = sent(effect, 'commit')
          if (commit === undefined || effect.type !== 'send') return [effect]
          if (!proposed.has(commit.task)) {
            proposed.add(commit.task)
            return [effect]
          }
          if (commit.decree.kind !== 'outcome') return [effect]
          const outcome = { ...commit.decree.outcome, kind: 'failed' as const, code: 'second-thoughts' }
          return [{ ...effect, message: { ...commit, decree: { kind: 'outcome', outcome } } }]
        },
      }
    },
  },
  {
    name: 'tells-clients-what-it-hoped',
    about: 'answers every client that its task succeeded',
    breaks: ['I1'],
    where: losing,
    tamper: () => ({
      act(effect) {
        if (effect.type !== 'reply' || effect.reply.type !== 'outcome') return [effect]
        const outcome = { ...effect.reply.outcome, kind: 'succeeded' as const }
        return [{ ...effect, reply: { ...effect.reply, outcome } }]
      },
    }),
  },
  {
    name: 'confirms-a-cancel-at-once',
    about: 'takes the bearer for stopped as soon as it is told to stop',
    breaks: ['I5', 'I1'],
    where: losing,
    tamper: () => {
      const lives = new Map<string, number>()
      return {
        hear(input) {
          if (input.type === 'connected') lives.set(input.peer, input.incarnation)
          return [input]
        },
        act(effect, moment) {
          const fence = sent(effect, 'fenced')
          if (fence?.code === 'cancelled' && effect.type === 'send') {
            const from = { peer: effect.to, incarnation: lives.get(effect.to) ?? 1 }
            moment.hear(messageFrom(from, { t: 'stopped', task: fence.task, ballot: fence.ballot }))
          }
          return [effect]
        },
      }
    },
  },
  {
    name: 'hands-its-task-an-old-fence',
    about: 'starts a recovered task with the fence of the run before',
    breaks: ['I12', 'I16'],
    where: anything,
    tamper: () => {
      const real = new Map<string, Ballot>()
      return {
        hear(input) {
          if (input.type !== 'running' && input.type !== 'ran') return [input]
          return [{ ...input, ballot: real.get(input.task) ?? input.ballot }]
        },
        act(effect) {
          if (effect.type === 'stop') {
            const ballot = real.has(effect.task) ? { ...effect.ballot, counter: 1 } : effect.ballot
            return [{ ...effect, ballot }]
          }
          if (effect.type !== 'run' || effect.order.ballot.counter === 1) return [effect]
          real.set(effect.order.task, effect.order.ballot)
          return [{ ...effect, order: { ...effect.order, ballot: { ...effect.order.ballot, counter: 1 } } }]
        },
      }
    },
  },
]
