import type { TaskLine } from '@souk/client'
import { againOf, commandText, filterTasks, groupTasks, wordsOf } from '@souk/console'
import { expect, test } from 'vitest'

const line = (id: string, more: Partial<TaskLine>): TaskLine =>
  ({ id, name: '', class: 'process/sh', tenant: '', state: 'closed', ...more }) as TaskLine
const tasks = [
  line('t1', { state: 'queued', host: 'P1' }),
  line('t2', { kind: 'quarantined', class: 'process/train', tenant: 'lab' }),
  line('t3', { kind: 'succeeded', name: 'train-2', host: 'P1' }),
]
const nameOf = (peer: string) => (peer === 'P1' ? 'amber' : peer)
const ids = (found: TaskLine[]) => found.map(({ id }) => id)

test('tasks are found by what people look for: a group of states, and words anywhere', () => {
  expect(ids(filterTasks(tasks, { search: '', state: 'waiting' }, nameOf))).toEqual(['t1'])
  expect(ids(filterTasks(tasks, { search: '', state: 'failed' }, nameOf))).toEqual(['t2'])
  expect(ids(filterTasks(tasks, { search: 'train', state: '' }, nameOf))).toEqual(['t2', 't3'])
  expect(ids(filterTasks(tasks, { search: 'amber train', state: '' }, nameOf))).toEqual(['t3'])
})

test('groups come with the largest first', () => {
  expect(groupTasks(tasks, 'host', nameOf).map(({ name, tasks: { length } }) => [name, length])).toEqual([
    ['amber', 2],
    ['nowhere yet', 1],
  ])
  expect(groupTasks(tasks, 'tenant', nameOf)[0]?.name).toBe('(none)')
})

test('a command line becomes the words that a shell would make of it, and back', () => {
  const text = `sh -c 'echo "a b"' plain\\ word "say \\"hi\\"" ''`
  const words = ['sh', '-c', 'echo "a b"', 'plain word', 'say "hi"', '']
  expect(wordsOf(text)).toEqual(words)
  expect(wordsOf(commandText(words))).toEqual(words)
  expect(wordsOf("it's")).toBeUndefined()
})

test('a task is run again only where all that it needs is told', () => {
  const work = { kind: 'process', argv: ['echo', 'hi'], env: [] as string[] }
  const spec = { work, name: 'n', priority: 'high', labels: {}, request: { cpuMilli: 500, memoryBytes: 0, slots: 1 } }
  expect(againOf(spec)).toMatchObject({ argv: ['echo', 'hi'], name: 'n', priority: 'high', request: { cpu: 0.5 } })
  expect(againOf({ ...spec, work: { ...work, env: ['SECRET'] } })).toBeUndefined()
  expect(againOf({ ...spec, inputs: [{}] })).toBeUndefined()
})
