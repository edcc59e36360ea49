import { expect, test } from 'vitest'
import { warmArguments, warmCommandsOf, warmLimitsOf } from '../src/warm-options.ts'

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

test('what they may take before they have a task is read by class, each amount where it is said', () => {
  const commands = [{ pattern: 'process/render*', command: '/opt/worker' }]
  const warmLimit = ['process/render/4k=memory=4G,processes=64,cpu=1.5', 'process/*=memory=512Mi']
  expect(warmLimitsOf({ warmLimit }, commands)).toEqual([
    { pattern: 'process/render/4k', memoryBytes: 4e9, processes: 64, cpuMilli: 1500 },
    { pattern: 'process/*', memoryBytes: 512 * 2 ** 20 },
  ])
  expect(warmArguments({ warmLimit })).toEqual(warmLimit.flatMap((each) => ['--warm-limit', each]))
  expect(warmLimitsOf({}, commands)).toEqual([])
})

test.each([
  ['memory=4G', 'fits no --warm-command'],
  ['=memory=4G', 'CLASS=LIMITS'],
  ['process/make=memory=4G', 'fits no --warm-command'],
  ['process/render=4G', 'key=value'],
  ['process/render=disk=4G', 'none of memory, processes, cpu'],
  ['process/render=memory=much', "'much', which is no amount"],
  ['process/render=memory=0', 'more than 0'],
  ['process/render=processes=0', 'from 1 to'],
])('--warm-limit %s is refused', (text, why) => {
  const commands = [{ pattern: 'process/render*', command: '/opt/worker' }]
  expect(() => warmLimitsOf({ warmLimit: [text] }, commands)).toThrow(why)
})
