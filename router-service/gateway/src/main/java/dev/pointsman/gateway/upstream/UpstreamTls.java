package dev.pointsman.gateway.upstream;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.concurrent.Executor;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Encryption towards upstreams: the JDK's TLS 1.3 and 1.2, host names verified, sessions kept by
 * host and port so that a second connection is resumed. One context for all upstreams.
 */
final class UpstreamTls {

  /** How long a closing connection waits for a peer that does not read. */
  private static final long CLOSE_NOTIFY_MILLIS = 250;

  /** The JDK keeps one per connection, not per host, and 20,480 unless told. */
  private static final int SESSIONS_KEPT = 1024;

  private final SslContext context;
  private final Executor handshakeThreads;
  private final long handshakeMillis;

  UpstreamTls(UpstreamConfig config, Executor handshakeThreads) {
    this.handshakeThreads = handshakeThreads;
    this.handshakeMillis = config.tlsTimeout().toMillis();
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.JDK)
            .protocols("TLSv1.3", "TLSv1.2")
            .endpointIdentificationAlgorithm("HTTPS")
            .sessionCacheSize(SESSIONS_KEPT);
    Path more = config.trustedCertificates();
    try {
      if (more != null) {
        builder.trustManager(trusting(more));
      }
      this.context = builder.build();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(
          more == null
              ? "the JDK's TLS client cannot be set up"
              : "pointsman.upstream.trusted-certificates: cannot read certificates from "
                  + more
                  + ": give a readable PEM file",
          e);
    }
  }

  /** The handler for one connection; public-key work is done off the event loop. */
  SslHandler handler(ByteBufAllocator buffers, UpstreamTarget target) {
    SslHandler handler =
        context.newHandler(buffers, target.host(), target.port(), handshakeThreads);
    handler.setHandshakeTimeoutMillis(handshakeMillis);
    handler.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_MILLIS);
    return handler;
  }

  private static TrustManagerFactory trusting(Path more)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    for (TrustManager known : managers(null).getTrustManagers()) {
      if (known instanceof X509TrustManager x509) {
        for (Certificate authority : x509.getAcceptedIssuers()) {
          store.setCertificateEntry("jdk-" + store.size(), authority);
        }
      }
    }
    try (InputStream pem = Files.newInputStream(more)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(pem);
      if (certificates.isEmpty()) {
        throw new IOException("no certificate in " + more);
      }
      for (Certificate authority : certificates) {
        store.setCertificateEntry("file-" + store.size(), authority);
      }
    }
    return managers(store);
  }

  /** Trust in a store; null stands for the JDK's own. */
  private static TrustManagerFactory managers(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory;
  }
}
