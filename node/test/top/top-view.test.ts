import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chosenAt, firstView, type Key, pressed, rowsOf, type TopView } from '../../src/top/top-view.ts'
import { nowMs, task, topData } from './fixtures.ts'

const data = topData()
const keys = (...all: (string | Key)[]): { view: TopView; wishes: unknown[] } => {
  let view = firstView
  const wishes: unknown[] = []
  for (const key of all) {
    const next = pressed(view, typeof key === 'string' ? { input: key } : key, data)
    view = next.view
    if (next.wish) wishes.push(next.wish)
  }
  return { view, wishes }
}
const named = (name: NonNullable<Key['name']>): Key => ({ input: '', name })
const idOf = (text: string): string => task(text).id

describe('the keys of souk top', () => {
  test('go from pane to pane, and round', () => {
    expect(keys('1').view.pane).toBe('peers')
    expect(keys('4', named('tab')).view.pane).toBe('peers')
    expect(keys('9').view.pane).toBe('tasks')
  })

  test('choose a line, which stays chosen when others come before it', () => {
    const { view } = keys('j')
    expect(view.chosen.tasks).toBe(idOf('bbb'))
    expect(keys(named('pageDown'), named('pageDown')).view.chosen.tasks).toBe(idOf('ccc'))
    const later = topData({ tasks: [task('new'), ...data.tasks] })
    expect(pressed(view, { input: 'j' }, later).view.chosen.tasks).toBe(idOf('ccc'))
  })

  test('filter by what is typed, letters that are keys elsewhere among it', () => {
    const { view, wishes } = keys('/', 'q', named('backspace'), 'BBB')
    expect(wishes).toEqual([])
    expect(rowsOf(view, data).map(({ key }) => key)).toEqual([idOf('bbb')])
    expect(rowsOf(keys('/', 'BBB', named('return'), named('escape')).view, data)).toHaveLength(3)
  })

  test('sort by each column and then by none again', () => {
    const states = (view: TopView): string[] => rowsOf(view, data).map(({ cells }) => cells[2]!)
    expect(states(keys('s', 's', 's').view)).toEqual(['ok', 'running', 'waiting'])
    expect(keys(...'ssssssssss'.slice(0, 9)).view.sort.tasks).toBe(-1)
  })

  test('open the chosen task, and scroll in it', () => {
    const { view, wishes } = keys('j', named('return'), 'j', 'j', 'k')
    expect(wishes).toEqual([{ kind: 'open', task: idOf('bbb') }])
    expect(view).toMatchObject({ mode: 'open', scroll: 1 })
    expect(pressed(view, named('escape'), data).view).toMatchObject({ mode: 'keys', scroll: 0 })
  })

  test('cancel only what is open, and only after a yes', () => {
    expect(keys('c', 'n').wishes).toEqual([])
    expect(keys('c', 'y').wishes).toEqual([{ kind: 'cancel', task: idOf('aaa') }])
    expect(keys('j', 'j', 'c').view.mode).toBe('keys')
  })

  test('open the task of a move, where it is one', () => {
    const move = { wallMs: nowMs, by: '12D3KooWoak', what: 'bounced', tasks: 1, why: 'no-room' }
    const moves = [
      { ...move, seq: 9, task: idOf('aaa') },
      { ...move, seq: 8, task: idOf('bbb') },
      { ...move, seq: 7, tasks: 2 },
    ]
    const open = (down: number): unknown => {
      let view = pressed(firstView, { input: '4' }, topData({ moves })).view
      for (let i = 0; i < down; i++) view = pressed(view, { input: 'j' }, topData({ moves })).view
      return pressed(view, named('return'), topData({ moves })).wish
    }
    expect([0, 1, 2].map(open)).toEqual([
      { kind: 'open', task: idOf('aaa') },
      { kind: 'open', task: idOf('bbb') },
      undefined,
    ])
  })

  test('keep to a move that was chosen while others come and old ones go', () => {
    const move = (seq: number) => ({ wallMs: nowMs, by: 'oak', seq, what: 'bounced', tasks: 1, why: '' })
    const view = pressed(
      pressed(firstView, { input: '4' }, data).view,
      { input: 'j' },
      topData({ moves: [3, 2, 1].map(move) }),
    ).view
    const rows = rowsOf(view, topData({ moves: [4, 3, 2].map(move) }))
    expect(chosenAt(view, rows)).toBe(2)
  })

  test('never leave it without a pane, whatever is pressed', () => {
    const names = ['up', 'down', 'pageUp', 'pageDown', 'tab', 'return', 'escape', 'backspace'] as const
    const key = fc.oneof(
      fc.constantFrom(...names).map(named),
      fc.string({ maxLength: 2 }).map((input): Key => ({ input })),
    )
    fc.assert(
      fc.property(fc.array(key, { maxLength: 40 }), (all) => {
        const { view } = keys(...all)
        expect(view.filter.length).toBeLessThanOrEqual(40)
        expect(view.scroll).toBeGreaterThanOrEqual(0)
        expect(rowsOf(view, data).length).toBeLessThanOrEqual(3)
      }),
    )
  })
})
