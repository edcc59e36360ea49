import type { ResourceVector } from '@souk/kernel'
import type { Baton } from '@souk/wire'
import { checkpointAt } from '../checkpoint-draws.ts'
import { heard, sent } from './messages.ts'
import { losing, nothing, type PlantedBug, type PlantedWhere } from './planted-bug.ts'

const bursting: PlantedWhere = { profile: 'burst', peers: 5, tasks: 400 }

function doubled(capacity: ResourceVector): ResourceVector {
  const { slots, cpuMilli, memoryBytes } = capacity
  return { ...capacity, slots: 2 * slots, cpuMilli: 2 * cpuMilli, memoryBytes: 2 * memoryBytes }
}

function ofOneTenant(baton: Baton): Baton {
  const { record } = baton
  return { ...baton, record: { ...record, spec: { ...record.spec, tenant: 'all' } } }
}

function idempotent(baton: Baton): Baton {
  const { record } = baton
  return { ...baton, record: { ...record, spec: { ...record.spec, idempotent: true } } }
}

export const hostBugs: readonly PlantedBug[] = [
  {
    name: 'starts-more-than-fits',
    about: 'counts every slot twice',
    breaks: ['I6'],
    where: bursting,
    tamper: () => ({
      hear(input) {
        if (input.type !== 'start') return [input]
        return [{ ...input, offer: { ...input.offer, capacity: doubled(input.offer.capacity) } }]
      },
    }),
  },
  {
    name: 'forgets-whose-a-task-is',
    about: 'takes all the work that others hand it for that of one tenant',
    breaks: ['I14'],
    where: { profile: 'swarm', peers: 5, tasks: 200 },
    tamper: () => ({
      hear: (input) =>
        heard(input, 'award', (award) => [{ ...award, batons: award.batons.map((baton) => ofOneTenant(baton)) }]),
    }),
  },
  {
    name: 'starts-a-run-twice',
    about: 'orders every run a second time under the same ballot',
    breaks: ['I16', 'I5'],
    where: nothing,
    tamper: () => ({ act: (effect) => (effect.type === 'run' ? [effect, effect] : [effect]) }),
  },
  {
    name: 'begins-what-is-lined-up',
    about: 'orders at once what is to begin when another run is over',
    breaks: ['I6', 'I16', 'I5'],
    where: bursting,
    tamper: () => ({
      act: (effect) => (effect.type === 'lineUp' ? [effect, { type: 'run', order: effect.order }] : [effect]),
    }),
  },
  {
    name: 'makes-up-a-checkpoint',
    about: 'says of every run that it stopped how far it would have come',
    breaks: ['I17'],
    where: { profile: 'drains', peers: 5, tasks: 100 },
    tamper: () => ({
      hear(input) {
        if (input.type !== 'ran' || input.result.end !== 'stopped') return [input]
        return [{ ...input, result: { ...input.result, checkpoint: checkpointAt(input.result.runMs + 5000) } }]
      },
    }),
  },
  {
    name: 'races-what-may-not-run-twice',
    about: 'takes all the work that others hand it for such as may run twice',
    breaks: ['I18'],
    where: { profile: 'stragglers', peers: 5, tasks: 100 },
    tamper: () => ({
      hear: (input) =>
        heard(input, 'award', (award) => [{ ...award, batons: award.batons.map((baton) => idempotent(baton)) }]),
    }),
  },
  {
    name: 'never-hears-that-a-run-ended',
    about: 'loses what its executor says at the end of a run',
    breaks: ['I13', 'I6'],
    where: nothing,
    tamper: () => ({ hear: (input) => (input.type === 'ran' ? [] : [input]) }),
  },
  {
    name: 'keeps-committed-batons',
    about: 'hears neither that its outcome was chosen nor that it is fenced, and proposes it for ever',
    breaks: ['I13'],
    where: nothing,
    tamper: () => ({
      hear: (input) =>
        heard(input, 'committed', () => [])
          .flatMap((left) => heard(left, 'fenced', () => []))
          .flatMap((left) => heard(left, 'renewed', (renewed) => [{ ...renewed, refused: [] }])),
    }),
  },
  {
    name: 'loses-answers-to-clients',
    about: 'closes tasks and tells nobody',
    breaks: ['I13'],
    where: nothing,
    tamper: () => ({ act: (effect) => (effect.type === 'reply' && effect.reply.type === 'outcome' ? [] : [effect]) }),
  },
  {
    name: 'asks-for-no-work',
    about: 'neither bids nor asks others for waiting work',
    breaks: ['idle'],
    where: bursting,
    tamper: () => ({
      act: (effect) => (sent(effect, 'bid') === undefined && sent(effect, 'wanted') === undefined ? [effect] : []),
    }),
  },
  {
    name: 'renews-without-a-bound',
    about: 'says every renewed task a thousand times in one message',
    breaks: ['I11'],
    where: losing,
    tamper: () => ({
      act(effect) {
        const renew = sent(effect, 'renew')
        const [first] = renew?.adds ?? []
        if (renew === undefined || first === undefined || effect.type !== 'send') return [effect]
        const adds = [...renew.adds, ...Array.from({ length: 1024 }, () => first)]
        return [{ ...effect, message: { ...renew, adds } }]
      },
    }),
  },
]
