package dev.pointsman.gateway.testing;

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
public final class RawCaller implements AutoCloseable {

  private final Socket socket = new Socket();
  private final InputStream in;

  /**
   * Connects to a port of the loopback interface.
   *
   * @param receiveBuffer bytes the kernel takes for this caller, 0 for its own choice
   */
  public RawCaller(int port, int receiveBuffer) throws IOException {
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress("127.0.0.1", port));
    socket.setSoTimeout(5000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  public void post(String path) throws IOException {
    post(path, "{\"model\":\"m\"}");
  }

  /**
   * Sends a request with a JSON body.
   *
   * @param headers names and values in turn
   */
  public void post(String path, String text, String... headers) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    StringBuilder head =
        new StringBuilder(
            "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                .formatted(path, body.length));
    for (int i = 0; i < headers.length; i += 2) {
      head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
    }
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
    request.writeBytes(body);
    socket.getOutputStream().write(request.toByteArray());
  }

  public void get(String path) throws IOException {
    socket
        .getOutputStream()
        .write(
            "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
                .formatted(path)
                .getBytes(StandardCharsets.US_ASCII));
  }

  /** How long this caller waits for bytes before it takes the other side for silent. */
  public void waitAtMost(Duration silence) throws IOException {
    socket.setSoTimeout(Math.toIntExact(silence.toMillis()));
  }

  public InputStream in() {
    return in;
  }

  /**
   * Reads until the text has come, {@code <END>} standing for the connection's end and {@code
   * <TIMEOUT>} for silence, five seconds unless told otherwise.
   */
  public String readUntil(String end) throws IOException {
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
  public String readWhole() throws IOException {
    String head = readUntil("\r\n\r\n");
    for (String line : head.split("\r\n")) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        byte[] body = in.readNBytes(Integer.parseInt(line.substring(15).trim()));
        return head + new String(body, StandardCharsets.UTF_8);
      }
    }
    return head;
  }

  public boolean isSilentFor(int millis) throws IOException {
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

  public void halfClose() throws IOException {
    socket.shutdownOutput();
  }

  /** Leaves with a FIN. */
  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** Leaves with a RST. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
