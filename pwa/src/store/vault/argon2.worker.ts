/** The worker that turns a PIN into key material, so that the screen does not stand still meanwhile. */
import { argon2id, type Argon2Cost } from "../../domain/crypto/argon2id.ts";

interface Ask {
  password: Uint8Array;
  salt: Uint8Array;
  cost: Argon2Cost;
}

declare const self: {
  onmessage: ((event: { data: Ask }) => void) | null;
  postMessage(answer: Uint8Array): void;
};

self.onmessage = ({ data }) => self.postMessage(argon2id(data.password, data.salt, data.cost, 32));
