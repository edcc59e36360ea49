import type { MessageOf, PeerId, TaskId } from '@souk/wire'
import { heard, messageFrom, sent } from './messages.ts'
import { anything, type PlantedBug } from './planted-bug.ts'

export const successionBugs: readonly PlantedBug[] = [
  {
    name: 'skips-the-decree-of-the-next-set',
    about: 'sets up the next custodians of a task without those that it has agreeing',
    breaks: ['I4'],
    where: anything,
    tamper: () => ({
      act(effect, moment) {
        const commit = sent(effect, 'commit')
        if (commit?.decree.kind !== 'next' || effect.type !== 'send') return [effect]
        const { task, version, ballot } = commit
        moment.hear(messageFrom({ peer: effect.to, incarnation: 1 }, { t: 'committed', task, version, ballot }))
        return []
      },
    }),
  },
  {
    name: 'ends-a-task-while-its-next-set-is-pending',
    about: 'proposes the outcome under the ballot under which it has proposed the next custodians',
    breaks: ['I4'],
    where: anything,
    tamper: () => {
      const pending = new Map<TaskId, { commit: MessageOf<'commit'>; to: Set<PeerId> }>()
      return {
        hear(input, moment) {
          const waits = input.type === 'ran' ? pending.get(input.task) : undefined
          if (waits !== undefined && input.type === 'ran') {
            pending.delete(input.task)
            const { ballot } = waits.commit
            const ended = { code: 'ok', message: '', ballot, attempts: [], endedWallMs: 0 }
            const decree = { kind: 'outcome', outcome: { kind: 'succeeded', ...ended } } as const
            for (const to of waits.to) moment.say({ type: 'send', to, message: { ...waits.commit, decree } })
          }
          // Its custodians are slow: the run ends before they have agreed.
          return heard(input, 'committed', (committed) => (pending.has(committed.task) ? [] : [committed]))
        },
        act(effect) {
          const commit = sent(effect, 'commit')
          if (commit?.decree.kind !== 'next' || effect.type !== 'send') return [effect]
          const waits = pending.get(commit.task) ?? { commit, to: new Set<PeerId>() }
          pending.set(commit.task, waits)
          waits.to.add(effect.to)
          return [effect]
        },
      }
    },
  },
]
