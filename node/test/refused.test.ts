import { type Handle, type PeerLine, type SoukClient, SoukError } from '@souk/client'
import { expect, test } from 'vitest'
import { exitCodes } from '../src/exit-codes.ts'
import { refusedError } from '../src/refused.ts'

const birch = '12D3KooWAApS52cQEAApBhdsZBZvVnZs8Vcj5Uu4i21xfjDxW1FR'
const peers = async () => [{ id: birch, name: 'birch' } as PeerLine]
const client = { peers } as Partial<SoukClient> as SoukClient
const refused = (code: string, message: string, key = 'mine') =>
  refusedError(client, { key } as Handle, new SoukError(code, message))

test('a submit of which nothing is known names its key and how to repeat it', async () => {
  const error = await refused('submit-unknown', 'it may or may not run: submit it again with the same key', "it's 7")
  expect(error.message).toContain("its key is it's 7")
  expect(error.next).toContain("--key 'it'\\''s 7' ")
  expect(error.exitCode).toBe(exitCodes.unknown)
})

test('a refusal names peers as people do, and needs no key', async () => {
  const error = await refused('no-quorum', `1 of 3 custodians cannot be reached (${birch}, ${birch.slice(0, -4)}abcd)`)
  expect(error.message).toBe('1 of 3 custodians cannot be reached (birch, 12D3..abcd)')
  expect(error).toMatchObject({ next: undefined, exitCode: exitCodes.failed })
})
