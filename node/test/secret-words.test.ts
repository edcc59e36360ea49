import { expect, test } from 'vitest'
import { withoutSecrets } from '../src/secret-words.ts'

test('invitations and tokens are left out of the command line that others see', () => {
  expect(withoutSecrets(['join', 'souk1:abc', '--data', '/d'])).toEqual(['join', 'souk1:…', '--data', '/d'])
  expect(withoutSecrets(['run', '--endpoint', 'https://h:1#key,ab', '--', 'true'])).toEqual([
    ...['run', '--endpoint', 'https://h:1#…', '--', 'true'],
  ])
})

test('a command line without them stays as it is', () => {
  expect(withoutSecrets(['run', '--', 'sh', '-c', 'echo #1'])).toBeUndefined()
})
