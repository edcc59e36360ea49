import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Plan, PlanOfObjective } from '@souk/client'
import { afterAll, describe, expect, test } from 'vitest'
import { peerNames } from '../src/peer-names.ts'
import { coloursFor } from '../src/print/colours.ts'
import { planText } from '../src/print/plan-text.ts'
import { readTasks } from '../src/tasks-file.ts'

const names = peerNames([
  { id: 'a', name: 'oak' },
  { id: 'b', name: 'ash' },
])

function objective(name: PlanOfObjective['objective'], peer: string, startMs: number): PlanOfObjective {
  const placing = { index: 0, peer, startMs, finishMs: { p50: startMs + 2_000, p90: startMs + 9_000 }, cost: 0.5 }
  const sum = { finishMs: startMs + 2_000, startMsMean: startMs, cost: 0.5, hosts: 1, usedMilli: 420 }
  return { objective: name, placings: [{ ...placing, assumed: true }], sum }
}

test('a plan is shown in sum and task by task, each objective in its column, then what fits nowhere and what would help', () => {
  const shortage = { resource: 'together', available: 1, needed: 2 }
  const together = { code: 'too-large', never: true, peers: 1, shortage, detail: '' }
  const plan: Plan = {
    objectives: [objective('balanced', 'a', 0), objective('pack', 'b', 5_000)],
    unplaced: [
      {
        index: 1,
        reasons: [
          {
            code: 'too-large',
            never: true,
            peers: 2,
            shortage: { resource: 'cpuMilli', available: 4_000, needed: 64_000 },
            detail: '',
          },
        ],
        wouldHelp: [{ code: 'ask-less', what: 'cpuMilli', atMost: 4_000, hosts: 1, peers: ['a'] }],
      },
      ...[2, 3].map((index) => ({ index, why: 'gang' as const, reasons: [together], wouldHelp: [] })),
      { index: 4, why: 'gang-part', reasons: [], wouldHelp: [] },
      { index: 5, why: 'gang-unsettled', reasons: [], wouldHelp: [] },
    ],
    asked: 3,
    silent: ['b'],
  }
  const gang = (id: string, rank: number) => ({ argv: ['train'], gang: { id, size: 2, rank } })
  const others = [gang('g', 0), gang('g', 1), gang('h', 0), gang('i', 0)]
  const tasks = [{ argv: ['make', '-j', '8'] }, { function: 'render', request: { cpu: 64 } }, ...others]
  expect(
    planText(plan, tasks, names, coloursFor(false, {})),
  ).toBe(`6 tasks by what 2 hosts told now; no answer from ash; nothing was submitted or reserved

objective  placed  hosts  start, mean  all done in  price  CPUs used
balanced        1      1          now          2 s    0.5       42 %
pack            1      1          5 s          7 s    0.5       42 %

task             balanced       pack
   1  make -j 8  oak now..2 s?  ash 5 s..7 s?
? nobody has run such a task yet: its time is assumed (--assume)

cannot be placed now
  2 render
    2 of 2: at most 4 cpu < 64 cpu, never
    would help: ask for 4 cpu or less (--cpu): fits on 1 host (oak)
  3, 4 train
    there is no time at which all of its gang have room at once
    1 of 1: 1 at a time < 2 at a time, never
  5 train
    not planned: not all members of its gang are among these tasks, or they are not alike
  6 train
    not known: too many times to look at for a start of all of its gang; plan it in a file of its own`)
})

test('a plan of what no host could take tells no start, end or price', () => {
  const { sum } = objective('balanced', 'a', 0)
  const none = { objective: 'balanced' as const, placings: [], sum: { ...sum, finishMs: 0, cost: 0, hosts: 0 } }
  const plan: Plan = { objectives: [none], unplaced: [{ index: 0, reasons: [], wouldHelp: [] }], asked: 0, silent: [] }
  const text = planText(plan, [{ argv: ['make'] }], names, coloursFor(false, {}))
  expect(text).toContain('1 task: no host could take any of them, so none was asked; nothing was')
  expect(text).toMatch(/^balanced +0 +0 +- +- +- +-$/m)
})

test('objectives that come to the same share a column', () => {
  const objectives = [objective('balanced', 'a', 0), objective('pack', 'b', 0), objective('cheap', 'a', 0)]
  const plan: Plan = { objectives, unplaced: [], asked: 2, silent: [] }
  expect(planText(plan, [{ argv: ['make'] }], names, coloursFor(false, {}))).toContain(`
task        balanced, cheap  pack
   1  make  oak now..2 s?    ash now..2 s?
`)
})

describe('a file of tasks', () => {
  const folder = mkdtempSync(join(tmpdir(), 'souk-tasks-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const read = (text: string, max = 9) => {
    const path = join(folder, 'tasks')
    writeFileSync(path, text)
    return readTasks('FILE', 'tasks', path, max)
  }

  test('is one object a line, or one array', () => {
    const tasks = [{ argv: ['a'] }, { argv: ['b'] }]
    expect(read('{"argv":["a"]}\n\n{"argv":["b"]}\n')).toEqual(tasks)
    expect(read(`\n${JSON.stringify(tasks, undefined, 2)}`)).toEqual(tasks)
  })

  test.each([
    ['', 'FILE: tasks holds no task'],
    ['[]', 'holds no task'],
    ['{"argv":["a"]}\nnonsense', 'FILE: line 2 of tasks is not JSON'],
    ['1', 'line 1 of tasks is not a JSON object'],
    ['[{}, []]', 'task 2 of tasks is not a JSON object'],
    ['[{', 'tasks is not JSON'],
    ['{}\n{}\n{}', 'holds 3 tasks; at most 2 are taken'],
  ])('says what is wrong with %j', (text, message) => {
    expect(() => read(text, 2)).toThrow(message)
  })
})
