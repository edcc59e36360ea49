import { heard } from './messages.ts'
import { anything, type PlantedBug } from './planted-bug.ts'

export const dependencyBugs: readonly PlantedBug[] = [
  {
    name: 'starts-before-what-it-waits-for',
    about: 'takes a custodian’s word that a task has not ended for the word that it has succeeded',
    breaks: ['after'],
    where: anything,
    tamper: () => ({
      hear: (input) =>
        heard(input, 'ends', (ends) => {
          const ended = ends.open.map((task) => ({ task, kind: 'succeeded', code: 'ok' }))
          return [{ ...ends, ended: [...ends.ended, ...ended], open: [] }]
        }),
    }),
  },
  {
    name: 'starts-whatever-became-of-it',
    about: 'takes every end of a task for success',
    breaks: ['after'],
    where: anything,
    tamper: () => ({
      hear: (input) =>
        heard(input, 'ends', (ends) => [{ ...ends, ended: ends.ended.map((end) => ({ ...end, kind: 'succeeded' })) }]),
    }),
  },
]
