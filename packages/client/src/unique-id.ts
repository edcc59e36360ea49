/**
 * A text that no other call gives, on any host: the time and about 100 random bits. Unique, not secret: nobody is let
 * in by it. Not crypto.randomUUID, because loading WebCrypto costs Node 2 ms, a good part of a whole short command.
 */
export function uniqueId(): string {
  const part = () => Math.floor(Math.random() * 2 ** 52).toString(36)
  return `${Date.now().toString(36)}-${part()}-${part()}`
}
