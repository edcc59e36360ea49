import { FailureBody } from '@souk/client'

export const FailureSchema = FailureBody

/** The frame of /openapi.json; the routes add themselves. */
export function openApi(version: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Souk',
      version,
      description:
        'The API of one peer. Event streams are text/event-stream whose events are JSON arrays. ' +
        'Errors are {code, message, path?, details?}; codes are stable.',
    },
    components: { securitySchemes: { token: { type: 'http' as const, scheme: 'bearer' } } },
  }
}
