import { describe, expect, test } from 'vitest'
import type { After } from '../src/index.ts'
import { linkTasks } from '../src/index.ts'

const named = (key: string, ...after: After[]) => ({ key, after })
const failures = (tasks: Parameters<typeof linkTasks>[0]) => linkTasks(tasks).map(({ failure }) => failure?.code)

describe('what tasks of one list wait for', () => {
  test('is others of it, by key or by name, and ids of tasks elsewhere', () => {
    const links = linkTasks([
      { key: 'a', name: 'build' },
      { name: 'test', after: ['a', { task: '3k9x', on: 'ended' }] },
      { after: ['build', 'test', 'last'] },
    ])
    expect(links).toEqual([
      { inside: [], outside: [] },
      { inside: [{ index: 0, on: 'succeeded' }], outside: [{ task: '3k9x', on: 'ended', at: 1 }] },
      {
        inside: [
          { index: 0, on: 'succeeded' },
          { index: 1, on: 'succeeded' },
        ],
        outside: [{ task: 'last', on: 'succeeded', at: 2 }],
      },
    ])
  })

  test('is a key before it is a name', () => {
    const [, , last] = linkTasks([{ name: 'x' }, { key: 'x' }, { after: ['x'] }])
    expect(last!.inside).toEqual([{ index: 1, on: 'succeeded' }])
  })

  test('cannot be a name that several have', () => {
    const links = linkTasks([{ name: 'x' }, { name: 'x' }, { after: ['y', 'x'] }])
    expect(links[2]!.failure).toMatchObject({ code: 'after-ambiguous', path: '/after/1' })
    expect(links[2]!.failure!.message).toContain("2 tasks of this request are called 'x'")
  })

  test('cannot be itself, over whichever others: the whole cycle is shown', () => {
    const links = linkTasks([named('a', 'c'), named('b', 'a'), named('c', 'b'), named('d', 'c'), named('e')])
    expect(links.map(({ failure }) => failure?.code)).toEqual([
      'after-cycle',
      'after-cycle',
      'after-cycle',
      undefined,
      undefined,
    ])
    expect(links[0]!.failure!.message).toContain('it waits for itself: a → c → b → a')
    expect(failures([named('a', 'a')])).toEqual(['after-cycle'])
  })

  test('may be what others wait for too: a diamond is no cycle', () => {
    expect(failures([named('a', 'b', 'c'), named('b', 'd'), named('c', 'd'), named('d')])).toEqual(
      Array(4).fill(undefined),
    )
  })

  test('is found in lists of any length, chained or circular', () => {
    const count = 50_000
    const chain = Array.from({ length: count }, (_, i) => named(`t${i}`, ...(i === 0 ? [] : [`t${i - 1}`])))
    expect(failures(chain).every((failure) => failure === undefined)).toBe(true)
    chain[0] = named('t0', `t${count - 1}`)
    expect(failures(chain).every((failure) => failure === 'after-cycle')).toBe(true)
  })
})
