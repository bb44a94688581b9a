package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.RemoteAwayException;
import dev.millrace.core.repository.RemoteModelRepository;
import dev.millrace.testing.HostileServer;
import dev.millrace.testing.S3Server;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

class S3RepositoryTest {

  private static final String PLACE = "s3://models/a%20b/c";

  @TempDir private Path temp;
  private final List<String> warnings = new ArrayList<>();
  private S3Server server;

  @BeforeEach
  void open() throws Exception {
    server = new S3Server("models");
  }

  @AfterEach
  void close() throws Exception {
    server.close();
  }

  private RemoteModelRepository machine(String name) {
    return RemoteRepositories.open(
        PLACE, temp.resolve(name), Fetching.access(server), warnings::add);
  }

  static ModelVersion publish(ModelRepository repository, String model, String content) {
    return repository.publish(
        model,
        content.getBytes(StandardCharsets.UTF_8),
        new Preprocessing(32, 32, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f)),
        new Labels(List.of("cat", "dog")),
        new ModelManifest.Source("import", "x.onnx", "ab".repeat(32)));
  }

  private List<String> keys() {
    return server.client().listObjectsV2(request -> request.bucket("models")).contents().stream()
        .map(S3Object::key)
        .toList();
  }

  @Test
  void publishedVersion_isReadOnAnotherMachine() {
    try (RemoteModelRepository publisher = machine("publisher");
        RemoteModelRepository other = machine("other")) {
      ModelVersion version = publish(publisher, "cats", "one");
      assertThat(keys())
          .containsExactlyInAnyOrder(
              "a b/c/.millrace-probe",
              "a b/c/cats/1/millrace.json",
              "a b/c/cats/files/" + Sha256.of("one"));
      assertThat(other.models()).containsExactly("cats");
      assertThat(other.newest("cats").manifest()).isEqualTo(version.manifest());
      assertThat(other.newest("cats").readVerified())
          .isEqualTo("one".getBytes(StandardCharsets.UTF_8));
      publish(other, "cats", "two");
      publish(other, "dogs", "two");
      assertThat(publisher.versions("cats")).containsExactly(1, 2);
      assertThat(publisher.models()).containsExactly("cats", "dogs");
      publisher.remove("cats", 1);
      assertThat(other.versions("cats")).containsExactly(2);
    }
  }

  @Test
  void publishersAtTheSameTime_getDifferentNumbers() {
    try (RemoteModelRepository repository = machine("shared")) {
      publish(repository, "cats", "first");
    }
    List<CompletableFuture<ModelVersion>> published =
        IntStream.range(0, 8)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          try (RemoteModelRepository repository = machine("machine-" + i)) {
                            return publish(repository, "cats", "content " + i);
                          }
                        }))
            .toList();
    List<Integer> numbers = new ArrayList<>();
    try (RemoteModelRepository reader = machine("reader")) {
      for (int i = 0; i < 8; i++) {
        ModelVersion version = published.get(i).join();
        numbers.add(version.version());
        assertThat(reader.version("cats", version.version()).readVerified())
            .isEqualTo(("content " + i).getBytes(StandardCharsets.UTF_8));
      }
      assertThat(numbers).doesNotHaveDuplicates().doesNotContain(1);
      assertThat(reader.versions("cats")).hasSize(9);
    }
  }

  @Test
  void numberWithoutAManifest_isNoVersion() {
    server.put("models", "a b/c/cats/7/model.onnx", "left by another tool");
    server.put("models", "a b/c/cats/x/millrace.json", "{}");
    server.put("models", "a b/c-2/dogs/1/millrace.json", "{}");
    try (RemoteModelRepository repository = machine("x")) {
      assertThat(repository.models()).isEmpty();
      assertThat(publish(repository, "cats", "one").version()).isEqualTo(1);
    }
  }

  @Test
  void damagedFile_isNotCopied() {
    try (RemoteModelRepository publisher = machine("publisher");
        RemoteModelRepository other = machine("other")) {
      publish(publisher, "cats", "one");
      server.put("models", "a b/c/cats/files/" + Sha256.of("one"), "eno");
      assertThatThrownBy(() -> other.newest("cats"))
          .isInstanceOf(ModelException.class)
          .hasMessageEndingWith(": the data has another sha256 than given");
    }
  }

  @Test
  void storeThatIsAway_isReplacedByTheCache() throws Exception {
    try (RemoteModelRepository repository = machine("x")) {
      publish(repository, "cats", "one");
      server.stop();
      assertThat(repository.version("cats", 1).readVerified())
          .isEqualTo("one".getBytes(StandardCharsets.UTF_8));
      assertThat(warnings)
          .containsExactly(
              PLACE
                  + " does not work (s3://models is away: it refuses connections); using"
                  + " the versions in "
                  + temp.resolve("x"));
      assertThatThrownBy(() -> publish(repository, "cats", "two"))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("it refuses connections");
    }
    try (RemoteModelRepository repository = machine("y")) {
      assertThatThrownBy(repository::requireWritable)
          .isInstanceOf(ModelException.class)
          .hasMessage(
              "cannot publish to "
                  + PLACE
                  + " (s3://models is away: it refuses connections); try again later");
    }
  }

  @Test
  void storeThatIgnoresTheCondition_isRefusedForPublishing() throws Exception {
    String empty =
        "<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>0</KeyCount></ListBucketResult>";
    try (HostileServer careless = new HostileServer();
        RemoteModelRepository repository =
            RemoteRepositories.open(
                "s3://models",
                temp.resolve("x"),
                new S3Access(URI.create(careless.uri("")), "us-east-1", true),
                warnings::add)) {
      careless.on("/models/.millrace-probe", "HTTP/1.1 200 OK\r\nContent-Length: 0", "");
      careless.on(
          "/models?list-type=2&prefix=cats%2F",
          "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: " + empty.length(),
          empty);
      assertThatThrownBy(() -> publish(repository, "cats", "one"))
          .isInstanceOf(ModelException.class)
          .hasMessageStartingWith("cannot publish to s3://models: the store ignores If-None-Match");
      assertThatThrownBy(repository::requireWritable)
          .isInstanceOf(ModelException.class)
          .hasMessageStartingWith("cannot publish to s3://models: the store ignores If-None-Match");
      assertThat(careless.requests())
          .noneMatch(head -> head.startsWith("PUT /models/cats"))
          .anyMatch(head -> head.toLowerCase(Locale.ROOT).contains("\nif-none-match: *\n"));
    }
  }

  /** Another thread may close the repository just before a request. */
  @Test
  void closedFolder_isAway() {
    S3Folder folder =
        new S3Folder(
            () -> S3Clients.open(Fetching.access(server), Fetching.PATIENT),
            (ObjectRef) DataRef.parse("s3://models/x"));
    folder.close();
    assertThatThrownBy(folder::folders)
        .isInstanceOf(RemoteAwayException.class)
        .hasMessageStartingWith("s3://models is away: ");
  }

  /** While the folder sends a request, another thread may close its client. */
  @Test
  void clientThatIsClosedMeanwhile_isAway() {
    S3Client client = S3Clients.open(Fetching.access(server), Fetching.PATIENT);
    client.close();
    try (S3Folder folder = new S3Folder(() -> client, (ObjectRef) DataRef.parse("s3://models/x"))) {
      assertThatThrownBy(folder::folders)
          .isInstanceOf(RemoteAwayException.class)
          .hasMessageStartingWith("s3://models is away: ");
    }
  }

  @Test
  void place_thatIsNoRepository_isRefusedByName() {
    for (String place :
        List.of("file:///models", "ftp://a.example", "gs://bucket/x", "s3://", "s3://b/x?y")) {
      assertThatThrownBy(
              () -> RemoteRepositories.open(place, temp, S3Access.DEFAULT, warnings::add))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + place.replaceFirst("/+$", ""));
    }
    assertThat(RemoteRepositories.isRemote("s3://bucket/x")).isTrue();
    assertThat(RemoteRepositories.isRemote("HTTPS://a.example")).isTrue();
    assertThat(RemoteRepositories.isRemote("gs://bucket/x")).isTrue();
    assertThat(RemoteRepositories.isRemote("models")).isFalse();
    assertThat(RemoteRepositories.isRemote("C://models")).isFalse();
    assertThat(RemoteRepositories.isRemote("s3")).isFalse();
    assertThat(RemoteRepositories.isRemote("/s3://x")).isFalse();
  }

  /** The SDK throws an unchecked exception if the status of an answer is 0. */
  @Test
  void answerThatIsMalformed_meansThatTheStoreIsAway() throws Exception {
    try (HostileServer hostile = new HostileServer();
        RemoteModelRepository repository =
            RemoteRepositories.open(
                "s3://models",
                temp.resolve("x"),
                new S3Access(URI.create(hostile.uri("")), "us-east-1", true),
                warnings::add)) {
      hostile.on("/models/.millrace-probe", "HTTP/1.1 000 x\r\nContent-Length: 1", "x");

      assertThatThrownBy(repository::requireWritable)
          .isInstanceOf(ModelException.class)
          .hasMessage(
              "cannot publish to s3://models (s3://models is away: the transfer failed"
                  + " (IllegalArgumentException)); try again later");
    }
  }
}
