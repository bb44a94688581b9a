package dev.millrace.tests;

import dev.millrace.testing.HostileServer;
import dev.millrace.testing.S3Server;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * A folder, two web servers and an S3 server, which all offer the same image. They also have traps
 * for the service, such as a file of 2 GiB and a link to a secret file. {@code serve} may fetch
 * only from the part of each store that is named {@code public}.
 */
final class ImageServers implements AutoCloseable {

  private static final long TWO_GIGABYTES = 2L << 30;

  private final Path root;
  private final Path folder;
  private final byte[] image;
  private final HostileServer web = new HostileServer();
  private final S3Server s3 = new S3Server("photos");
  private final HostileServer https;
  private volatile boolean away;

  /**
   * @param root an empty folder
   * @param image the image
   */
  ImageServers(Path root, byte[] image) throws Exception {
    this.root = root;
    this.image = image;
    folder = Files.createDirectory(root.resolve("public"));
    SecureBroker.makeKeys(root);
    https = https(root.resolve("broker.p12"));
    fillFolder();
    fillS3();
    fillWeb();
  }

  private void fillFolder() throws IOException {
    Files.write(folder.resolve("1.jpg"), image);
    Files.writeString(folder.resolve("text.jpg"), "not an image");
    Path secret = Files.write(root.resolve("secret.jpg"), image);
    Files.createSymbolicLink(folder.resolve("link.jpg"), secret);
    try (RandomAccessFile huge = new RandomAccessFile(folder.resolve("huge").toFile(), "rw")) {
      huge.setLength(TWO_GIGABYTES);
    }
  }

  private void fillS3() {
    for (String key : List.of("public/1.jpg", "private/1.jpg")) {
      s3.client()
          .putObject(request -> request.bucket("photos").key(key), RequestBody.fromBytes(image));
    }
  }

  private void fillWeb() {
    https.on("/public/1.jpg", this::sendImage);
    web.on("/public/1.jpg", this::sendImage)
        .on("/private/1.jpg", this::sendImage)
        .on(
            "/public/sometimes.jpg",
            out -> {
              if (away) {
                out.write(bytes("HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n"));
              } else {
                sendImage(out);
              }
            })
        .redirect("/public/moved.jpg", 302, "/public/1.jpg")
        .redirect("/public/metadata", 302, "http://169.254.169.254/latest/meta-data/")
        .status("/public/forbidden", 403)
        .status("/public/gone", 410)
        .on("/public/huge", "HTTP/1.1 200 OK\r\nContent-Length: " + TWO_GIGABYTES, "x")
        .on("/public/endless", ImageServers::sendForever)
        .on("/public/slow", ImageServers::sendSlowly);
  }

  private void sendImage(OutputStream out) throws IOException {
    out.write(
        bytes(
            "HTTP/1.1 200 OK\r\nETag: \"web-7\"\r\nContent-Length: " + image.length + "\r\n\r\n"));
    out.write(image);
  }

  private static void sendForever(OutputStream out) throws IOException {
    out.write(bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
    byte[] chunk = bytes("400\r\n" + "x".repeat(0x400) + "\r\n");
    while (true) {
      out.write(chunk);
    }
  }

  private static void sendSlowly(OutputStream out) throws IOException, InterruptedException {
    out.write(bytes("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
    while (true) {
      out.write('x');
      out.flush();
      TimeUnit.SECONDS.sleep(1);
    }
  }

  private static HostileServer https(Path keys) throws Exception {
    char[] password = SecureBroker.KEYSTORE_PASSWORD.toCharArray();
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(KeyStore.getInstance(keys.toFile(), password), password);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return new HostileServer(
        context
            .getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  String file(String path) {
    return "file://" + root.toAbsolutePath() + "/" + path;
  }

  String web(String path) {
    return web.uri("/" + path);
  }

  String https(String path) {
    return "https://localhost:" + https.port() + "/" + path;
  }

  /** Sets whether requests for {@code public/sometimes.jpg} of the web server fail. */
  void setAway(boolean away) {
    this.away = away;
  }

  /** {@return the options of {@code serve} that allow the public places} */
  List<String> options() {
    List<String> options = new ArrayList<>();
    for (String place : List.of(file("public"), web("public"), https("public"))) {
      options.addAll(List.of("--fetch-from", place));
    }
    options.addAll(List.of("--fetch-from", "s3://photos/public"));
    options.addAll(List.of("--fetch-network", "127.0.0.0/8"));
    options.addAll(List.of("--s3-endpoint", s3.endpoint().toString()));
    options.addAll(List.of("--s3-region", "us-east-1", "--s3-path-style"));
    return options;
  }

  /** {@return JVM options with the truststore for the web server and the credentials for S3} */
  String jvmOptions() {
    return "-Djavax.net.ssl.trustStore="
        + root.resolve("truststore.p12")
        + " -Djavax.net.ssl.trustStorePassword="
        + SecureBroker.TRUSTSTORE_PASSWORD
        + " -Daws.accessKeyId="
        + System.getProperty("aws.accessKeyId")
        + " -Daws.secretAccessKey="
        + System.getProperty("aws.secretAccessKey");
  }

  @Override
  public void close() throws Exception {
    https.close();
    web.close();
    s3.close();
  }
}
