package dev.pointsman.gateway.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Accepts one connection, says nothing, and notes when the other side gives up. */
public final class SilentServer implements AutoCloseable {

  private final ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  private final CountDownLatch spokenTo = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  public SilentServer() throws IOException {
    Thread.ofPlatform()
        .daemon()
        .name("silent-server")
        .start(
            () -> {
              try (Socket socket = server.accept()) {
                while (socket.getInputStream().read() >= 0) {
                  spokenTo.countDown();
                }
              } catch (IOException reset) {
                // A reset is a close, too.
              }
              closed.countDown();
            });
  }

  public int port() {
    return server.getLocalPort();
  }

  public boolean awaitSpokenTo(Duration longest) throws InterruptedException {
    return spokenTo.await(longest.toMillis(), TimeUnit.MILLISECONDS);
  }

  public boolean awaitClosed(Duration longest) throws InterruptedException {
    return closed.await(longest.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
