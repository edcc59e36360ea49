import { expect, test } from 'vitest'
import { ballot, decision, idOf, only, outcome, record } from './fixtures.ts'
import { Keeper } from './keeper.ts'

function keeping(): Keeper {
  const keeper = new Keeper()
  keeper.keep('a')
  return keeper
}

/** Its bearer says how it placed it. */
function sayPlaced(keeper: Keeper, reason: string): void {
  const tasks = [{ task: idOf('a'), ballot: ballot() }]
  keeper.message('origin', { t: 'decided', tasks, decision: decision({ reason }) })
}

test('a bearer says how it placed a task, for people to read: under its own ballot, after a restart too', () => {
  const keeper = keeping()
  const told = (b = ballot(), reason = 'the only one') =>
    keeper.message('origin', {
      t: 'decided',
      tasks: [{ task: idOf('a'), ballot: b }],
      decision: decision({ reason }),
    })
  told()
  told(ballot(7), 'another bearer says so')
  keeper.pass(keeper.config.decisionSaveMs)
  keeper.write()
  expect(keeper.restarted().view('a')?.decision?.reason).toBe('the only one')
})

test('what is decided of a task that ends soon is written once, with its end', () => {
  const keeper = keeping()
  const say = (reason: string) => sayPlaced(keeper, reason)
  say('first')
  say('second')
  keeper.write()
  keeper.close('a')
  expect(keeper.restarted().view('a')?.decision?.reason).toBe('second')
  say('third')
  keeper.pass(keeper.config.decisionSaveMs)
  keeper.write()
  expect(keeper.restarted().view('a')?.decision?.reason).toBe('third')
})

test('what was decided of a closed task stays where its record is written anew', () => {
  const keeper = keeping()
  sayPlaced(keeper, 'first')
  keeper.close('a')
  keeper.written('c2', {
    t: 'copy',
    record: record('a', {}, ['c1', 'c2', 'c4'], 2),
    ballot: ballot(),
    outcome: outcome(),
  })
  expect(keeper.restarted().view('a')?.decision?.reason).toBe('first')
})

test('nothing of a decision is written before the record is, and it is afterwards', () => {
  const keeper = new Keeper()
  keeper.store('a')
  sayPlaced(keeper, 'early')
  expect(only(keeper.pass(3 * keeper.config.decisionSaveMs), 'persist')).toEqual([])
  keeper.write()
  keeper.pass(keeper.config.decisionSaveMs)
  keeper.write()
  expect(keeper.restarted().view('a')?.decision?.reason).toBe('early')
})

test('what was decided before a task went on for long gives way to what was decided later', () => {
  const keeper = keeping()
  const say = (reason: string) => sayPlaced(keeper, reason)
  say('first')
  keeper.pass(keeper.config.decisionSaveMs)
  say('second')
  keeper.close('a')
  expect(keeper.restarted().view('a')?.decision?.reason).toBe('second')
})

test('a listing tells which of what a task asks for it was given, while the host that gave it has it', () => {
  const keeper = keeping()
  const placed = (winner: string) => {
    const tasks = [{ task: idOf('a'), ballot: ballot() }]
    keeper.message('origin', { t: 'decided', tasks, decision: { ...decision(), winner, alternative: 1 } })
    const query = { t: 'list' as const, ask: 1, limit: 10, prefix: '', states: [], without: [] }
    return only(keeper.message('reader', query), 'send').flatMap(({ message }) =>
      message.t === 'listed' ? message.tasks.map(({ alternative }) => alternative) : [],
    )
  }
  expect(placed(keeper.view('a')!.bearer!)).toEqual([1])
  expect(placed('another')).toEqual([undefined])
})
