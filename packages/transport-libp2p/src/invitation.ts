import { createHash, createHmac } from 'node:crypto'
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { CodedError } from '@souk/runtime'
import { limits, type PeerId, Role } from '@souk/wire'
import { Addresses } from './hello.ts'

const scheme = 'souk1:'
const checksumBytes = 6
/** A pasted line; 16 addresses make about 2,000 characters. */
const lineCharsMax = 16 * 1024

const base64 = (bytes: number) => Type.String({ pattern: `^[A-Za-z0-9_-]{${Math.ceil((bytes * 4) / 3)}}$` })

/** What is inside the line; a list, so that the line stays short. */
const Payload = Type.Tuple([
  Type.String({ minLength: 1, maxLength: limits.idCharsMax }),
  base64(32),
  base64(32),
  Addresses,
  Type.String({ minLength: 1, maxLength: 32 }),
  base64(16),
  Role,
  Type.Integer({ minimum: 0 }),
])

/** All that a stranger needs to become a member: whoever has it can, so it goes by a private way. */
export interface Invitation {
  meshName: string
  meshPublicKey: Uint8Array
  psk: Uint8Array
  /** where to knock, with /p2p/ID so that nobody else can answer */
  addresses: string[]
  secretId: string
  /** 16 bytes */
  secret: Uint8Array
  role: Static<typeof Role>
  /** the invitation's own; 0 = does not expire */
  expiresWallMs: number
}

/** One copy-paste line. */
export function encodeInvitation(invitation: Invitation): string {
  const payload: Static<typeof Payload> = [
    invitation.meshName,
    text(invitation.meshPublicKey),
    text(invitation.psk),
    invitation.addresses,
    invitation.secretId,
    text(invitation.secret),
    invitation.role,
    invitation.expiresWallMs,
  ]
  const body = Buffer.from(JSON.stringify(payload))
  return scheme + Buffer.concat([body, checksum(body)]).toString('base64url')
}

/**
 * Reads a pasted line; spaces and line breaks that a terminal put in do no harm.
 * Throws `invitation-malformed` (cut off, mistyped, something else) or `invitation-expired`.
 */
export function decodeInvitation(line: string, wallMs: number): Invitation {
  if (line.length > lineCharsMax) throw malformed(`${line.length} characters are too many`)
  const compact = line.replace(/\s+/g, '').replace(/^['"`]|['"`]$/g, '')
  if (!compact.startsWith(scheme)) throw malformed(`it does not begin with "${scheme}"`)
  const bytes = Buffer.from(compact.slice(scheme.length), 'base64url')
  const body = bytes.subarray(0, -checksumBytes)
  if (bytes.length <= checksumBytes || !checksum(body).equals(bytes.subarray(-checksumBytes))) {
    throw malformed('its checksum does not match: a part is missing or mistyped')
  }
  const invitation = parse(body)
  if (invitation.expiresWallMs !== 0 && invitation.expiresWallMs <= wallMs) {
    const when = new Date(invitation.expiresWallMs).toISOString()
    throw new CodedError(
      'invitation-expired',
      `the invitation to "${invitation.meshName}" expired at ${when}. ${askAgain}`,
    )
  }
  return invitation
}

/** What the joiner shows instead of the secret: valid from this joiner to this inviter only. */
export function invitationProof(secret: Uint8Array, secretId: string, joiner: PeerId, inviter: PeerId): Uint8Array {
  const hmac = createHmac('sha256', secret).update(`souk-join-1\n${secretId}\n${joiner}\n${inviter}`)
  return new Uint8Array(hmac.digest())
}

export const askAgain = 'Ask a member for a new one (`souk invite`).'

function parse(body: Uint8Array): Invitation {
  let payload: unknown
  try {
    payload = JSON.parse(Buffer.from(body).toString())
  } catch {
    throw malformed('its content cannot be read')
  }
  if (!Value.Check(Payload, payload)) throw malformed('it was made by another version of souk')
  const [meshName, meshKey, psk, addresses, secretId, secret, role, expiresWallMs] = payload
  return {
    meshName,
    meshPublicKey: bytesOf(meshKey),
    psk: bytesOf(psk),
    addresses,
    secretId,
    secret: bytesOf(secret),
    role,
    expiresWallMs,
  }
}

function malformed(seen: string): CodedError {
  const message = `this is not a whole invitation: ${seen}. Paste the complete line that \`souk invite\` printed.`
  return new CodedError('invitation-malformed', message)
}

function checksum(body: Uint8Array): Buffer {
  return createHash('sha256').update(body).digest().subarray(0, checksumBytes)
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

function bytesOf(base64url: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64url, 'base64url'))
}
