package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** The AWS SDK is optional. These tests run with a class path that lacks it. */
class WithoutSdkTest {

  /** Opens a fetcher that reads from a web server. */
  public static final class OpensWeb implements Callable<String> {
    @Override
    public String call() {
      try (Fetcher fetcher = Fetching.from("https://a.example")) {
        return "opened";
      }
    }
  }

  /** Opens a fetcher that reads from S3. */
  public static final class OpensS3 implements Callable<String> {
    @Override
    public String call() {
      try (Fetcher fetcher = Fetching.from("s3://bucket")) {
        return "opened";
      } catch (IllegalStateException e) {
        return e.getMessage();
      }
    }
  }

  private static String callWithoutSdk(Class<? extends Callable<String>> code) throws Exception {
    URL[] classPath =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> !entry.contains("awssdk"))
            .map(WithoutSdkTest::url)
            .toArray(URL[]::new);
    try (URLClassLoader loader =
        new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
      Object callable = loader.loadClass(code.getName()).getDeclaredConstructor().newInstance();
      return (String) ((Callable<?>) callable).call();
    }
  }

  private static URL url(String entry) {
    try {
      return new File(entry).toURI().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(entry, e);
    }
  }

  @Test
  void placesOnWebServers_needNoSdk() throws Exception {
    assertThat(callWithoutSdk(OpensWeb.class)).isEqualTo("opened");
  }

  @Test
  void placesInS3_askForTheSdk() throws Exception {
    assertThat(callWithoutSdk(OpensS3.class))
        .isEqualTo(
            "reading from S3 needs software.amazon.awssdk:s3 and"
                + " software.amazon.awssdk:apache5-client: add both to the class path");
    assertThat(List.of(new OpensS3().call())).containsExactly("opened");
  }
}
