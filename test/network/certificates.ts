/** A certificate authority made up for one test: no certificate of it is trusted by anything else. X.509 as in RFC 5280. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

export interface Authority {
  /** PEM, for `NODE_EXTRA_CA_CERTS` and `SSL_CERT_FILE`. */
  certificate: string;
  /** A server's key and certificate for these DNS names, PEM. */
  issue(...names: string[]): { key: string; cert: string };
}

export function createAuthority(): Authority {
  const name = commonName("Made-up test authority");
  const own = keyPair();
  const isAuthority = extension("551d13", sequence(der(0x01, Buffer.from([0xff]))));
  return {
    certificate: certificate(
      { issuer: name, subject: name, publicKey: own.publicKey, extension: isAuthority },
      own.privateKey,
    ),
    issue(...names) {
      const server = keyPair();
      const alternatives = extension("551d11", sequence(...names.map((dns) => der(0x82, Buffer.from(dns)))));
      const subject = commonName("Made-up test server");
      const fields = { issuer: name, subject, publicKey: server.publicKey, extension: alternatives };
      return {
        key: server.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
        cert: certificate(fields, own.privateKey),
      };
    },
  };
}

interface Fields {
  issuer: Buffer;
  subject: Buffer;
  publicKey: KeyObject;
  extension: Buffer;
}

function certificate({ issuer, subject, publicKey, extension }: Fields, signer: KeyObject): string {
  const algorithm = sequence(objectId("2a8648ce3d040302")); // ecdsa-with-SHA256
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))), // version 3
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    issuer,
    sequence(time("20200101000000Z"), time("20991231235959Z")),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(extension)),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, signer)]));
  const base64 = sequence(body, algorithm, signature)
    .toString("base64")
    .match(/.{1,64}/g)
    ?.join("\n");
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}

const keyPair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const integer = (bytes: Buffer) => der(0x02, bytes);
const objectId = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const time = (text: string) => der(0x18, Buffer.from(text));
const commonName = (name: string) => sequence(der(0x31, sequence(objectId("550403"), der(0x0c, Buffer.from(name)))));
/** A critical one of a certificate authority's, or the names of a server. */
const extension = (id: string, value: Buffer) => sequence(objectId(id), der(0x04, value));

/** Tag, length, value. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length.toString(16);
  const bytes = Buffer.from(size.length % 2 ? `0${size}` : size, "hex");
  const length = content.length < 128 ? bytes : Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
  return Buffer.concat([Buffer.from([tag]), length, content]);
}
