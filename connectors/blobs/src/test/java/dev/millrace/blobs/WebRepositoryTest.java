package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.repository.RemoteModelRepository;
import dev.millrace.testing.HostileServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebRepositoryTest {

  @TempDir private Path temp;
  private final List<String> warnings = new ArrayList<>();
  private HostileServer server;
  private ModelVersion version;

  /** The server offers the files of a folder repository. */
  @BeforeEach
  void open() throws IOException {
    server = new HostileServer();
    version = S3RepositoryTest.publish(new ModelRepository(temp.resolve("folder")), "cats", "one");
    server.data("/m/index.json", "{\"cats\": [1], \"dogs\": []}");
    server.data("/m/cats/1/millrace.json", manifest());
  }

  private String manifest() throws IOException {
    return Files.readString(version.folder().resolve("millrace.json"));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private RemoteModelRepository repository() {
    return RemoteRepositories.open(
        server.uri("/m/"), temp.resolve("cache"), S3Access.DEFAULT, warnings::add);
  }

  @Test
  void folderOnAWebServer_isRead() {
    server.data("/m/cats/1/model.onnx", "one");
    try (RemoteModelRepository repository = repository()) {
      assertThat(repository.models()).containsExactly("cats");
      assertThat(repository.newest("cats").manifest()).isEqualTo(version.manifest());
      assertThat(repository.newest("cats").readVerified())
          .isEqualTo("one".getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void objectsOnAWebServer_areRead() {
    server.data("/m/cats/files/" + version.sha256(), "one");
    try (RemoteModelRepository repository = repository()) {
      assertThat(repository.version("cats", 1).readVerified())
          .isEqualTo("one".getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void missingFile_isNamed() {
    try (RemoteModelRepository repository = repository()) {
      assertThatThrownBy(() -> repository.version("cats", 1))
          .isInstanceOf(ModelException.class)
          .hasMessage(
              "cannot read "
                  + server.uri("/m/cats/files/" + version.sha256())
                  + ": the server has no such data (status 404)");
    }
  }

  @Test
  void redirectOutOfTheRepository_isNotFollowed() {
    server.redirect("/m/cats/1/model.onnx", 302, "/elsewhere").data("/elsewhere", "one");
    try (RemoteModelRepository repository = repository()) {
      assertThatThrownBy(() -> repository.version("cats", 1))
          .hasMessageEndingWith(": the web server redirects to no allowed place");
    }
  }

  @Test
  void missingIndex_isAskedFor() {
    server.status("/m/index.json", 404);
    try (RemoteModelRepository repository = repository()) {
      assertThatThrownBy(repository::models)
          .isInstanceOf(ModelException.class)
          .hasMessageStartingWith("there is no " + server.uri("/m/index.json") + ": write one");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"<html>", "null", "{\"cats\": null}", "{\"cats\": [null]}", "{\"cats\": [\"x\"]}"})
  void brokenIndex_isNamed(String index) {
    server.data("/m/index.json", index);
    try (RemoteModelRepository repository = repository()) {
      assertThatThrownBy(repository::models)
          .isInstanceOf(ModelException.class)
          .hasMessageStartingWith(server.uri("/m/index.json") + " does not list versions");
      assertThatThrownBy(() -> repository.versions("cats"))
          .isInstanceOf(ModelException.class)
          .hasMessageStartingWith(server.uri("/m/index.json") + " does not list versions");
    }
  }

  @Test
  void publishing_isRefused() {
    try (RemoteModelRepository repository = repository()) {
      assertThatThrownBy(() -> S3RepositoryTest.publish(repository, "cats", "two"))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("can only be read");
      assertThatThrownBy(repository::requireWritable)
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("can only be read");
      assertThatThrownBy(() -> repository.remove("cats", 1))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("can only be read");
    }
  }
}
