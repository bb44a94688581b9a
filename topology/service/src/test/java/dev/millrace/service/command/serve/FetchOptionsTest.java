package dev.millrace.service.command.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.blobs.FetchConfig;
import dev.millrace.blobs.FetchLimits;
import dev.millrace.blobs.S3Access;
import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.options.ConfigFile;
import dev.millrace.service.command.options.S3Options;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Tests the options for images that are stored elsewhere. */
class FetchOptionsTest {

  @Command(name = "probe")
  private static final class Probe implements Runnable {
    @Mixin private FetchOptions fetch;
    @Mixin private S3Options s3;

    @Override
    public void run() {}
  }

  private static FetchConfig config(Map<String, String> file, String... args) {
    Probe probe = new Probe();
    new CommandLine(probe).setDefaultValueProvider(new ConfigFile(file)).parseArgs(args);
    return probe.fetch.config(probe.s3.access());
  }

  @Test
  void byDefault_nothingIsFetched() {
    FetchConfig config = config(Map.of());

    assertThat(config.allowed().isEmpty()).isTrue();
    assertThat(config.limits())
        .isEqualTo(
            new FetchLimits(
                32 << 20, Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(4), 16));
    assertThat(config.s3()).isEqualTo(S3Access.DEFAULT);
  }

  @Test
  void values_areTaken() throws Exception {
    FetchConfig config =
        config(
            Map.of("s3-endpoint", "https://minio.example:9000", "s3-path-style", "true"),
            "--fetch-from=s3://photos/cats,https://a.example",
            "--fetch-from=file:///data",
            "--fetch-network=10.1.0.0/16",
            "--fetch-concurrency=3",
            "--fetch-timeout=0.5",
            "--fetch-max-bytes=1000",
            "--s3-region=eu-central-1");

    assertThat(config.allowed()).hasToString("s3://photos/cats,https://a.example,file:///data");
    assertThat(config.networks().admit(InetAddress.getByName("10.1.2.3"))).isTrue();
    assertThat(config.networks().admit(InetAddress.getByName("10.2.2.3"))).isFalse();
    assertThat(config.limits())
        .isEqualTo(
            new FetchLimits(
                1000, Duration.ofMillis(500), Duration.ofMillis(200), Duration.ofMillis(400), 3));
    assertThat(config.s3())
        .isEqualTo(new S3Access(URI.create("https://minio.example:9000"), "eu-central-1", true));
  }

  @Test
  void places_mayBeInTheFile() {
    assertThat(config(Map.of("fetch-from", "s3://photos, https://a.example")).allowed())
        .hasToString("s3://photos,https://a.example");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--fetch-from=ftp://a.example        | fetch-from: 'ftp://a.example' is not a place to read",
        "--fetch-from=https://a@b.example    | fetch-from: 'https://a@b.example' is not a place",
        "--fetch-from=file:///               | fetch-from: 'file:///' is not a place to read from",
        "--fetch-network=10.0.0.0/40         | fetch-network: ",
        "--fetch-concurrency=0               | fetch-concurrency: 0 must be at least 1",
        "--fetch-max-bytes=0                 | fetch-max-bytes: 0 must be at least 1",
        "--fetch-timeout=0                   | fetch-timeout: 0.0 must be from 0.1",
        "--fetch-timeout=NaN                 | fetch-timeout: NaN must be from 0.1",
        "--fetch-timeout=61                  | fetch-timeout: 61.0 must be from 0.1",
        "--s3-endpoint=minio:9000            | the S3 endpoint 'minio:9000' is not a URI such as",
        "--s3-endpoint=://                   | --s3-endpoint"
      })
  void wrongValue_isRefusedInOneLine(String option, String problem) {
    CapturedRun run = CapturedRun.of("serve", "--model", "any", option);

    assertThat(run.usageLine()).contains(problem);
  }

  @Test
  void longTimeout_isRefusedUnderExactlyOnce() {
    List<String> command =
        new ArrayList<>(List.of("serve", "--model", "any", "--guarantee", "exactly_once_v2"));
    command.addAll(List.of("--fetch-from", "s3://photos", "--fetch-timeout", "5.5"));

    assertThat(CapturedRun.of(command.toArray(String[]::new)).usageLine())
        .contains("fetch-timeout: 5.5 is longer than 5 s, the most under exactly_once_v2");
  }

  @Test
  void unknownRegion_isRefusedInOneLine(@TempDir Path empty) throws Exception {
    Path none = Files.createFile(empty.resolve("none"));
    System.setProperty("aws.configFile", none.toString());
    System.setProperty("aws.sharedCredentialsFile", none.toString());
    System.setProperty("aws.disableEc2Metadata", "true");
    try {
      assertThat(
              CapturedRun.of("serve", "--model", "any", "--fetch-from", "s3://photos").usageLine())
          .contains("fetch-from: the region of S3 is not known", "--s3-region");
    } finally {
      System.clearProperty("aws.configFile");
      System.clearProperty("aws.sharedCredentialsFile");
      System.clearProperty("aws.disableEc2Metadata");
    }
  }
}
