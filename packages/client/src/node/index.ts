// The SDK for programs that run on Node: all of `@souk/client`, and a transport that only Node can have.
export * from '../index.ts'
export { connect } from './connect.ts'
export { nodeHttpTransport } from './node-http-transport.ts'
