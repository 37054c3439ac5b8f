package dev.pointsman.gateway.sink;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** A caller on a bare socket, who can leave in any way at any time. */
final class RawCaller implements AutoCloseable {

  private final Socket socket = new Socket();
  private final InputStream in;

  RawCaller(int port, int receiveBuffer) throws IOException {
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress("127.0.0.1", port));
    socket.setSoTimeout(5000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  void post(String path) throws IOException {
    post(path, "{\"model\":\"m\"}");
  }

  void post(String path, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(
        "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(path, body.length)
            .getBytes(StandardCharsets.US_ASCII));
    request.writeBytes(body);
    socket.getOutputStream().write(request.toByteArray());
  }

  void get(String path) throws IOException {
    socket
        .getOutputStream()
        .write(
            "GET %s HTTP/1.1\r\nHost: x\r\n\r\n"
                .formatted(path)
                .getBytes(StandardCharsets.US_ASCII));
  }

  /** How long this caller waits for bytes before it takes the other side for silent. */
  void waitAtMost(Duration silence) throws IOException {
    socket.setSoTimeout(Math.toIntExact(silence.toMillis()));
  }

  InputStream in() {
    return in;
  }

  /**
   * Reads until the text has come, {@code <END>} standing for the connection's end and {@code
   * <TIMEOUT>} for silence, five seconds unless told otherwise.
   */
  String readUntil(String end) throws IOException {
    StringBuilder text = new StringBuilder();
    try {
      int c;
      while ((c = in.read()) >= 0) {
        text.append((char) c);
        if (text.length() >= end.length() && text.indexOf(end, text.length() - end.length()) >= 0) {
          return text.toString();
        }
      }
      return text + "<END>";
    } catch (SocketTimeoutException silence) {
      return text + "<TIMEOUT>";
    } catch (SocketException reset) {
      return text + "<END>";
    }
  }

  /** Reads one answer that has a content length. */
  String readWhole() throws IOException {
    String head = readUntil("\r\n\r\n");
    for (String line : head.split("\r\n")) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        byte[] body = in.readNBytes(Integer.parseInt(line.substring(15).trim()));
        return head + new String(body, StandardCharsets.UTF_8);
      }
    }
    return head;
  }

  boolean isSilentFor(int millis) throws IOException {
    socket.setSoTimeout(millis);
    try {
      in.read();
      return false;
    } catch (SocketTimeoutException silence) {
      return true;
    } finally {
      socket.setSoTimeout(5000);
    }
  }

  void halfClose() throws IOException {
    socket.shutdownOutput();
  }

  /** Leaves with a FIN. */
  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** Leaves with a RST. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
