import type { Baton, Bearer } from '@souk/wire'
import { awardOf, heard, sent } from './messages.ts'
import { anything, crashing, losing, type PlantedBug } from './planted-bug.ts'

export const batonBugs: readonly PlantedBug[] = [
  {
    name: 'hands-a-baton-twice',
    about: 'hands a baton to the winner and to the runner-up, to be sure',
    breaks: ['I16'],
    where: losing,
    tamper: () => ({
      act(effect, moment) {
        for (const baton of sent(effect, 'award')?.batons ?? []) {
          const [next] = baton.alternates
          if (next === undefined || next.peer === moment.self) continue
          const { incarnation, offeredMs } = next
          const copy = { ...baton, incarnation, offeredMs, alternates: [] }
          moment.say({ type: 'send', to: next.peer, message: { t: 'award', batons: [copy] } })
        }
        return [effect]
      },
    }),
  },
  {
    name: 'takes-a-baton-in-another-life',
    about: 'repeats a handover to the next life of a peer, and takes what was meant for an earlier one',
    breaks: ['I16'],
    where: crashing,
    tamper: () => {
      const handed = new Map<string, Baton[]>()
      let incarnation = 0
      return {
        hear(input, moment) {
          if (input.type === 'start') incarnation = input.incarnation
          if (input.type === 'connected') {
            const batons = handed.get(input.peer) ?? []
            handed.delete(input.peer)
            const old = batons.filter((baton) => baton.incarnation < input.incarnation)
            if (old.length > 0) moment.say({ type: 'send', to: input.peer, message: { t: 'award', batons: old } })
          }
          return heard(input, 'award', (award) => [
            { ...award, batons: award.batons.map((baton) => ({ ...baton, incarnation })) },
          ])
        },
        act(effect) {
          const award = sent(effect, 'award')
          if (award !== undefined && effect.type === 'send') {
            handed.set(effect.to, [...(handed.get(effect.to) ?? []), ...award.batons].slice(-4))
          }
          return [effect]
        },
      }
    },
  },
  {
    name: 'hands-back-along-the-path',
    about: 'returns a baton that it cannot take to whoever it came from',
    breaks: ['I16'],
    where: anything,
    tamper: () => {
      const received = new Map<string, { baton: Baton; from: Bearer }>()
      return {
        hear: (input) =>
          heard(input, 'award', (award, from) => {
            for (const baton of award.batons) received.set(baton.record.id, { baton, from })
            return [award]
          }),
        act(effect, { self }) {
          const giveUp = sent(effect, 'giveUp')
          const last = giveUp?.refusal === undefined ? undefined : received.get(giveUp.task)
          if (last === undefined) return [effect]
          const { baton, from } = last
          const back = { ...baton, incarnation: from.incarnation, path: [...baton.path, self], alternates: [] }
          return [{ type: 'send', to: from.peer, message: { t: 'award', batons: [back] } }]
        },
      }
    },
  },
  {
    name: 'reuses-a-ballot',
    about: 'hands a recovered task over under the ballot that it had before',
    breaks: ['I16', 'I12'],
    where: crashing,
    tamper: () => ({
      act: (effect) =>
        awardOf(effect, (baton) => {
          const { counter } = baton.ballot
          return counter === 1 ? baton : { ...baton, ballot: { ...baton.ballot, counter: counter - 1 } }
        }),
    }),
  },
  {
    name: 'uses-the-counters-of-an-earlier-life',
    about: 'counts ballots from one again in every life, under a new incarnation',
    breaks: ['I16', 'I3', 'I12'],
    where: crashing,
    tamper: () => ({
      act: (effect) => awardOf(effect, (baton) => ({ ...baton, ballot: { ...baton.ballot, counter: 1 } })),
    }),
  },
]
