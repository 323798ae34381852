// An identity provider that shares no code with our client: oidc-provider, one person, logged in without asking.
// usage: node oidc_provider.mjs <port> <folder of node_modules> <redirect uri> <back-channel uri>
import http from 'node:http'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const [port, modules, redirectUri, backchannelUri] = process.argv.slice(2)
const entry = path.join(modules, 'node_modules', 'oidc-provider', 'lib', 'index.js')
const { Provider } = await import(pathToFileURL(entry).href)
const issuer = `http://127.0.0.1:${port}`
const person = {
  name: '刘㐂梅', id_type: 'resident_id_card', id_no: '43990119790730034X', phone_number: '13900000012',
}

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'pension-portal', client_secret: 'a secret of thirty-two characters', redirect_uris: [redirectUri],
    post_logout_redirect_uris: [new URL('/', redirectUri).href], backchannel_logout_uri: backchannelUri,
    backchannel_logout_session_required: true,
  }],
  claims: { openid: ['sub', 'acr', 'auth_time', 'sid'], profile: ['name', 'id_type', 'id_no'], phone: ['phone_number'] },
  acrValues: ['2', '3', '4'],
  cookies: { keys: ['for this test only'] },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  // Its own guard keeps it from talking to this machine, which here is where everybody lives.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...person }) }),
})

async function agree (request, response) {
  const { params } = await provider.interactionDetails(request, response)
  const grant = new provider.Grant({ accountId: 'peer-1', clientId: params.client_id })
  grant.addOIDCScope(params.scope)
  const acr = (params.acr_values ?? '3').split(' ')[0]
  const result = { login: { accountId: 'peer-1', acr }, consent: { grantId: await grant.save() } }
  await provider.interactionFinished(request, response, result)
}

const answer = provider.callback()
http.createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response)
  agree(request, response).catch((error) => { response.statusCode = 500; response.end(String(error)) })
}).listen(Number(port), '127.0.0.1', () => console.log('ready'))
