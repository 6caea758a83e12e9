/** The routes of an ACI gateway: its report, its receipts, its session with the model behind it. */
import { buildAciReport, buildReceipt, buildSession, keysetDigest } from './aci.ts';
import { handleExchange, type AnsweredExchange } from './exchange.ts';
import { checkKey, sendJson } from './http.ts';
import { parseNonce } from './nonce.ts';
import type { ModeRoutes, ProviderOptions } from './provider.ts';
import { servedReport, sha256Hex } from './simulation.ts';

/** Routes with receipts, each kept under its own id and that of the chat. */
export function receiptRoutes(options: ProviderOptions): ModeRoutes {
  const { simulation, apiKey } = options;
  const receipts = new Map<string, string>();
  return {
    async generate(exchange) {
      const receiptId = `rcpt-${sha256Hex(simulation.seed, String(simulation.countAnswer())).slice(0, 32)}`;
      exchange.response.setHeader('x-receipt-id', receiptId);
      exchange.response.setHeader('x-aci-keyset-digest', keysetDigest(simulation));
      const onAnswered = (answered: AnsweredExchange): void => {
        if (answered.disconnected) return;
        const facts = { receiptId, endpoint: exchange.path, servedAtMs: simulation.clock(), ...answered };
        const receipt = JSON.stringify(buildReceipt(simulation, facts));
        for (const id of [receiptId, answered.chatId]) if (id !== null) receipts.set(id, receipt);
      };
      await handleExchange(exchange, { ...options, onAnswered });
    },
    async get({ request, response, path, query }) {
      if (path === '/v1/aci/attestation') {
        sendJson(response, 200, servedReport(simulation, buildAciReport(simulation, parseNonce('aci', query))));
        return true;
      }
      const session = buildSession(simulation);
      if (path === `/v1/aci/sessions/${session.id}`) {
        sendJson(response, 200, session.document);
        return true;
      }
      const receipt = receipts.get(path.slice('/v1/aci/receipts/'.length));
      if (!path.startsWith('/v1/aci/receipts/') || receipt === undefined) return false;
      checkKey(request, apiKey);
      sendJson(response, 200, receipt);
      return true;
    },
  };
}
