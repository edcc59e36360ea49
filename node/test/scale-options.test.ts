import { expect, test } from 'vitest'
import { scaleArguments, scaleLabels, scaleSettings } from '../src/scale-options.ts'

test('a peer starts no others unless it is told to', () => {
  expect(scaleSettings({})).toBeUndefined()
  expect(scaleLabels(undefined)).toEqual({})
  expect(scaleArguments({})).toEqual([])
})

test('bounds and times are read', () => {
  const scale = 'local:max=3,slots=2,per-hour=9,look=2s,scale-in=2m,manual'
  const settings = scaleSettings({ scale })
  expect(settings).toMatchObject({ kind: 'local', slots: 2 })
  expect(settings?.capacity).toEqual({
    scaler: 'local',
    peersMax: 3,
    slotsPerPeer: 2,
    startsPerHour: 9,
    bucketMs: 2000,
    scaleInMs: 120_000,
    automatic: false,
  })
  expect(scaleLabels(settings)).toEqual({ 'souk.scaler': 'local' })
  expect(scaleArguments({ scale })).toEqual(['--scale', scale])
})

test.each([
  ['local', 'say how many there may be at once'],
  ['cloud:max=3', "'cloud' is neither local nor command"],
  ['local:max=0', '--scale max'],
  ['local:max=65', '--scale max'],
  ['local:max=3,per-hour=501', '--scale per-hour'],
  ['local:max=3,look=1ms', 'shorter than 100ms'],
  ['local:max=3,speed=9', "'speed=9' is none of max="],
  ['local:max=3,toString=9', "'toString=9' is none of max="],
  ['command:max=3', 'needs --scale-command'],
])('--scale %s is refused', (scale, why) => {
  expect(() => scaleSettings({ scale })).toThrow(why)
})

test('a command goes with its kind of scaler', () => {
  expect(scaleSettings({ scale: 'command:max=3', scaleCommand: './grow' })).toMatchObject({
    command: './grow',
    slots: 1,
  })
  expect(() => scaleSettings({ scale: 'local:max=3', scaleCommand: './grow' })).toThrow('--scale-command')
  expect(() => scaleSettings({ scaleCommand: './grow' })).toThrow('--scale-command')
})
