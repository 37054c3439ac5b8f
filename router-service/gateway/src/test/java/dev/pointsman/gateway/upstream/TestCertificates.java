package dev.pointsman.gateway.upstream;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509ExtendedKeyManager;

/** A self-signed certificate made by the running JDK's keytool, valid for some names. */
public final class TestCertificates {

  private static final String PASSWORD = "loopback";

  private final Path store;
  private final Path pem;
  private final AtomicInteger keyUses = new AtomicInteger();

  /**
   * Makes a certificate.
   *
   * @param names subject alternative names as keytool writes them, {@code dns:localhost}
   */
  public TestCertificates(Path directory, String file, String names)
      throws IOException, InterruptedException {
    store = directory.resolve(file + ".p12");
    pem = directory.resolve(file + ".pem");
    keytool(
        List.of(
            "-genkeypair",
            "-alias",
            "server",
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=" + file,
            "-ext",
            "san=" + names,
            "-validity",
            "30"));
    keytool(List.of("-exportcert", "-rfc", "-alias", "server", "-file", pem.toString()));
  }

  private void keytool(List<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(arguments);
    command.addAll(
        List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException("keytool failed: " + said);
    }
  }

  /** The certificate alone, to trust it. */
  public Path pem() {
    return pem;
  }

  /** How many handshakes needed the private key; a resumed session does not. */
  public int keyUses() {
    return keyUses.get();
  }

  /** A server's context with this certificate. */
  public SSLContext server() throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(keys, PASSWORD.toCharArray());
    KeyManager[] counting = {
      new CountingKeyManager((X509ExtendedKeyManager) factory.getKeyManagers()[0])
    };
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(counting, null, null);
    return context;
  }

  private final class CountingKeyManager extends X509ExtendedKeyManager {

    private final X509ExtendedKeyManager keys;

    CountingKeyManager(X509ExtendedKeyManager keys) {
      this.keys = keys;
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      keyUses.incrementAndGet();
      return keys.getPrivateKey(alias);
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
      return keys.getClientAliases(keyType, issuers);
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
      return keys.chooseClientAlias(keyType, issuers, socket);
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
      return keys.getServerAliases(keyType, issuers);
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
      return keys.chooseServerAlias(keyType, issuers, socket);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return keys.getCertificateChain(alias);
    }
  }
}
