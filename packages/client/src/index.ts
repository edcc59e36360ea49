export type * from './api.ts'
export { checkEndpoint, type Endpoint, endpointText, parseEndpoint } from './endpoint.ts'
export type { HttpResponse, HttpTransport, TransportFactory } from './http-transport.ts'
export { asSoukError, SoukError, type SoukErrorOptions } from './souk-error.ts'
