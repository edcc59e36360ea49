import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeInvitation, encodeInvitation, type Invitation, Invitations } from '../src/index.ts'
import { invitationProof } from '../src/invitation.ts'

const invitation: Invitation = {
  meshName: 'office',
  meshPublicKey: new Uint8Array(32).fill(1),
  psk: new Uint8Array(32).fill(2),
  addresses: ['/ip4/192.168.1.5/tcp/4901/p2p/12D3KooWKnDdG3iXw9eTFijk3EWSunZcFi54Zka4wmtqtt6rPxc8'],
  secretId: 'abcdefgh',
  secret: new Uint8Array(16).fill(3),
  role: 'host',
  expiresWallMs: 5000,
}
const line = encodeInvitation(invitation)

const codeOf = (text: string, wallMs = 0): string => {
  try {
    decodeInvitation(text, wallMs)
    return 'no error'
  } catch (error) {
    return String((error as { code?: unknown }).code)
  }
}

test('an invitation is one line that reads back the same', () => {
  expect(line).toMatch(/^souk1:[A-Za-z0-9_-]+$/)
  expect(decodeInvitation(line, 0)).toEqual(invitation)
})

test('line breaks, spaces and quotes of a terminal do no harm', () => {
  expect(decodeInvitation(` '${line.slice(0, 40)}\n  ${line.slice(40)}' \n`, 0)).toEqual(invitation)
})

test('a truncated line is malformed wherever it was cut', () => {
  for (let length = 0; length < line.length; length++)
    expect(codeOf(line.slice(0, length))).toBe('invitation-malformed')
})

test('any mistyped character is noticed', () => {
  fc.assert(
    fc.property(fc.nat(line.length - 8), fc.constantFrom(...'ABCxyz019_-'), (at, typed) => {
      const typo = line.slice(0, 6 + at) + typed + line.slice(7 + at)
      if (typo !== line) expect(codeOf(typo)).toBe('invitation-malformed')
    }),
  )
})

test('any text at all gets a coded answer', () => {
  fc.assert(fc.property(fc.string(), (text) => codeOf(text) === 'invitation-malformed'))
  fc.assert(fc.property(fc.base64String(), (text) => codeOf(`souk1:${text}`) === 'invitation-malformed'))
})

test('an expired line says so', () => {
  expect(codeOf(line, 4999)).toBe('no error')
  expect(codeOf(line, 5000)).toBe('invitation-expired')
})

test('issued invitations survive the store', () => {
  const before = new Invitations()
  const { secretId, secret } = before.issue({ role: 'host', uses: 2, wallMs: 0, expiresWallMs: 0 })
  const redeem = (registry: Invitations, joiner: string) =>
    registry.redeem({
      secretId,
      proof: invitationProof(secret, secretId, joiner, 'inviter'),
      joiner,
      inviter: 'inviter',
      wallMs: 1,
    })
  expect(redeem(before, 'a')).toEqual({ ok: true, role: 'host' })
  const after = new Invitations(before.toJSON())
  expect(redeem(after, 'b')).toEqual({ ok: true, role: 'host' })
  expect(redeem(after, 'c')).toMatchObject({ ok: false, code: 'invitation-used' })
  expect(redeem(after, 'a')).toEqual({ ok: true, role: 'host' })
})

test('a proof is good for one joiner and one inviter only', () => {
  const registry = new Invitations()
  const { secretId, secret } = registry.issue({ role: 'host', wallMs: 0, expiresWallMs: 0 })
  const proof = invitationProof(secret, secretId, 'a', 'inviter')
  const request = { secretId, proof, joiner: 'a', inviter: 'inviter', wallMs: 1 }
  expect(registry.redeem({ ...request, joiner: 'b' })).toMatchObject({ code: 'invitation-forged' })
  expect(registry.redeem({ ...request, inviter: 'x' })).toMatchObject({ code: 'invitation-forged' })
  expect(registry.redeem({ ...request, proof: new Uint8Array() })).toMatchObject({ code: 'invitation-forged' })
  expect(registry.redeem(request)).toMatchObject({ ok: true })
})
