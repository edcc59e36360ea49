import type { TSchema } from '@sinclair/typebox'
import type { ValueError } from '@sinclair/typebox/errors'

/** In words what a schema wanted of a value that does not fit: 'expected one of licence, device'. */
export function expectedText({ message, schema }: Pick<ValueError, 'message' | 'schema'>): string {
  if (schema.minLength === 1 && message.endsWith('greater or equal to 1')) return 'it is empty'
  if (schema.description !== undefined) return `expected ${schema.description}`
  const options = schema.anyOf as TSchema[] | undefined
  if (options?.every((option) => option.const !== undefined)) {
    return `expected one of ${options.map((option) => option.const).join(', ')}`
  }
  if (options) return `expected ${options.map((option) => option.type ?? 'another form').join(' or ')}`
  return message.charAt(0).toLowerCase() + message.slice(1)
}
