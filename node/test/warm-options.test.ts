import { expect, test } from 'vitest'
import { warmArguments, warmCommandsOf } from '../src/warm-options.ts'

test('commands that can stand warm are read by class, whatever is in them', () => {
  const warmCommand = ['process/render*=/opt/worker --a=b', '*=python3 -c "print(1)"']
  expect(warmCommandsOf({ warmCommand })).toEqual([
    { pattern: 'process/render*', command: '/opt/worker --a=b' },
    { pattern: '*', command: 'python3 -c "print(1)"' },
  ])
  expect(warmArguments({ warmCommand })).toEqual(warmCommand.flatMap((each) => ['--warm-command', each]))
  expect(warmCommandsOf({})).toEqual([])
  expect(warmArguments({})).toEqual([])
})

test.each([
  ['/opt/worker', 'CLASS=COMMAND'],
  ['=/opt/worker', 'CLASS=COMMAND'],
  ['process/render= ', 'CLASS=COMMAND'],
  ['function/resize=/opt/worker', 'functions are kept warm without it'],
])('--warm-command %s is refused', (text, why) => {
  expect(() => warmCommandsOf({ warmCommand: [text] })).toThrow(why)
})

test('no more are taken than a peer should look through', () => {
  expect(() => warmCommandsOf({ warmCommand: new Array(65).fill('*=x') })).toThrow('64 are allowed')
})
