package dev.millrace.core.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteModelRepositoryTest {

  @TempDir private Path temp;
  private final MemoryVersions remote = new MemoryVersions();
  private final List<String> warnings = new ArrayList<>();

  /**
   * {@return the remote repository, as the machine {@code name} opens it} Each machine has its own
   * cache.
   */
  private RemoteModelRepository machine(String name) {
    return new RemoteModelRepository(remote, temp.resolve(name), warnings::add);
  }

  private ModelRepository publisher() {
    return machine("publisher");
  }

  @Test
  void publishedVersion_isReadOnAnotherMachine() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("weights"));
    ModelVersion first = Samples.publish(publisher(), "cats", "one");
    ModelVersion second = Samples.publish(publisher(), "cats", "two", folder, "a", "b");

    ModelRepository other = machine("other");
    assertThat(other.models()).containsExactly("cats");
    assertThat(other.versions("cats")).containsExactly(1, 2);
    assertThat(other.version("cats", 1).manifest()).isEqualTo(first.manifest());
    assertThat(other.version("cats", 1).readVerified()).isEqualTo(Samples.bytes("one"));
    ModelVersion newest = other.newest("cats");
    assertThat(newest.manifest()).isEqualTo(second.manifest());
    assertThat(newest.readVerified()).isEqualTo(Samples.bytes("two"));
    assertThat(newest.folder()).isEqualTo(temp.resolve("other/cats/2"));
    assertThat(Samples.namesIn(newest.folder()))
        .containsExactly("millrace.json", "model.onnx", "weights-1.bin", "weights-2.bin");
    assertThat(Samples.namesIn(temp.resolve("other/cats"))).containsExactly("1", "2", "labels.txt");
    assertThat(warnings).isEmpty();
  }

  @Test
  void files_arePublishedUnderTheirChecksumsAndBeforeTheManifest() {
    Samples.publish(publisher(), "cats", "one");
    assertThat(remote.calls).containsExactly("versions", "publish", "create 1");
    assertThat(remote.files).containsOnlyKeys("cats/1/millrace.json", "cats/" + Sha256.of("one"));
  }

  @Test
  void cachedVersion_isNotCopiedAgain() {
    Samples.publish(publisher(), "cats", "one");
    ModelRepository other = machine("other");
    other.version("cats", 1);
    remote.calls.clear();
    other.version("cats", 1);
    assertThat(remote.calls).containsExactly("manifest 1");
  }

  @Test
  void manifestWithUnknownFields_isCopiedOnce() {
    Samples.publish(publisher(), "cats", "one");
    remote.files.computeIfPresent(
        "cats/1/millrace.json",
        (key, json) ->
            Samples.bytes(
                new String(json, StandardCharsets.UTF_8).replaceFirst("\\{", "{\"later\": 1,")));
    ModelRepository other = machine("other");
    other.version("cats", 1);
    remote.calls.clear();
    other.version("cats", 1);
    assertThat(remote.calls).containsExactly("manifest 1");
  }

  @Test
  void remoteThatIsAway_isReplacedByTheCacheWithAWarning() {
    Samples.publish(publisher(), "cats", "one");
    ModelRepository other = machine("other");
    other.version("cats", 1);
    remote.away = true;
    assertThat(other.newest("cats").readVerified()).isEqualTo(Samples.bytes("one"));
    assertThat(other.models()).containsExactly("cats");
    assertThat(other.manifest("cats", 1).sha256()).isEqualTo(Sha256.of("one"));
    String warning =
        "memory://models does not work (nobody answers); using the versions in "
            + temp.resolve("other");
    assertThat(warnings).containsExactly(warning);
    remote.away = false;
    assertThat(other.models()).containsExactly("cats");
    remote.away = true;
    assertThat(other.models()).containsExactly("cats");
    assertThat(warnings).containsExactly(warning, warning);
  }

  @Test
  void manifest_isReadWithoutTheFiles() {
    ModelVersion published = Samples.publish(publisher(), "cats", "one");
    remote.calls.clear();
    ModelRepository other = machine("other");
    assertThat(other.manifest("cats", 1)).isEqualTo(published.manifest());
    assertThat(remote.calls).containsExactly("manifest 1");
    assertThat(temp.resolve("other")).doesNotExist();
    assertThatThrownBy(() -> other.manifest("cats", 2))
        .hasMessage("model 'cats' in memory://models has no version 2; name one of [1]");
    remote.away = true;
    assertThatThrownBy(() -> other.manifest("cats", 1))
        .isExactlyInstanceOf(ModelException.class)
        .hasMessageStartingWith("cats version 1 is not in the cache");
  }

  @Test
  void remoteThatIsAway_fails_ifTheCacheHasNoSuchVersion() {
    Samples.publish(publisher(), "cats", "one");
    ModelRepository other = machine("other");
    other.version("cats", 1);
    Samples.publish(publisher(), "cats", "two");
    remote.away = true;
    assertThatThrownBy(() -> other.version("cats", 2))
        .isExactlyInstanceOf(ModelException.class)
        .hasMessage(
            "cats version 2 is not in the cache "
                + temp.resolve("other")
                + ", and memory://models does not work (nobody answers); try again later");
    assertThatThrownBy(() -> machine("empty").newest("cats"))
        .isExactlyInstanceOf(ModelException.class)
        .hasMessage(
            "model 'cats' is not in the cache "
                + temp.resolve("empty")
                + ", and memory://models does not work (nobody answers); try again later");
    assertThat(machine("empty").models()).isEmpty();
    assertThatThrownBy(() -> Samples.publish(other, "cats", "three"))
        .isExactlyInstanceOf(ModelException.class)
        .hasMessageStartingWith("cannot publish cats to memory://models (nobody answers); ");
    assertThatThrownBy(() -> other.remove("cats", 1))
        .isExactlyInstanceOf(ModelException.class)
        .hasMessageStartingWith("cannot remove cats version 1 from memory://models");
  }

  @Test
  void versionThatDoesNotExist_isNamedWithThePlace() {
    Samples.publish(publisher(), "cats", "one");
    assertThatThrownBy(() -> machine("other").version("cats", 7))
        .isInstanceOf(ModelException.class)
        .hasMessage("model 'cats' in memory://models has no version 7; name one of [1]");
    assertThatThrownBy(() -> machine("other").newest("dogs"))
        .isInstanceOf(UnpublishedModelException.class)
        .hasMessage("the repository memory://models has no model 'dogs' (it has [cats])");
  }

  @Test
  void takenNumber_leadsToTheNext() {
    Samples.publish(publisher(), "cats", "one");
    RemoteVersions late =
        new ForwardingVersions(remote) {
          @Override
          public List<Integer> versions(String model) {
            return List.of(); // another publisher takes number 1 after this answer
          }
        };
    ModelVersion second =
        Samples.publish(
            new RemoteModelRepository(late, temp.resolve("late"), warnings::add), "cats", "two");
    assertThat(second.version()).isEqualTo(2);
    assertThat(machine("other").version("cats", 1).readVerified()).isEqualTo(Samples.bytes("one"));
    assertThat(machine("other").version("cats", 2).readVerified()).isEqualTo(Samples.bytes("two"));
  }

  @Test
  void numberThatTheOwnManifestTook_isKept() {
    RemoteVersions repeating =
        new ForwardingVersions(remote) {
          @Override
          public boolean create(String model, int version, byte[] manifest)
              throws RemoteAwayException {
            boolean first = super.create(model, version, manifest);
            boolean repeated = super.create(model, version, manifest);
            return first && repeated;
          }
        };
    ModelVersion first =
        Samples.publish(
            new RemoteModelRepository(repeating, temp.resolve("x"), warnings::add), "cats", "one");
    assertThat(first.version()).isEqualTo(1);
    assertThat(machine("other").versions("cats")).containsExactly(1);
  }

  @Test
  void publisherThatIsKilledAtAnyStep_leavesNoPartOfAVersion() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("weights"));
    Samples.publish(publisher(), "cats", "one");
    int step = 0;
    Throwable killed;
    do {
      remote.callsToKill = step++;
      killed = catchThrowable(() -> Samples.publish(publisher(), "cats", "two", folder, "a", "b"));
      remote.callsToKill = -1;
      if (killed != null) {
        assertThat(MemoryVersions.isKill(killed)).isTrue();
        assertThat(machine("other" + step).versions("cats")).containsExactly(1);
        assertThat(machine("other" + step).newest("cats").readVerified())
            .isEqualTo(Samples.bytes("one"));
      }
    } while (killed != null);
    assertThat(step).isEqualTo(6); // versions, three files, the manifest, and nothing more
    assertThat(machine("last").newest("cats").readVerified()).isEqualTo(Samples.bytes("two"));
  }

  @Test
  void connectionThatBreaksAtAnyStep_leavesAWholeVersionOrNone() throws IOException {
    Path folder = Files.createDirectory(temp.resolve("weights"));
    for (int step = 0; step < 4; step++) {
      String model = "cats" + step;
      remote.callsToBreak = step;
      assertThatThrownBy(() -> Samples.publish(publisher(), model, "one", folder, "a", "b"))
          .isInstanceOf(ModelException.class)
          .hasMessageContaining("the connection broke");
      assertThat(remote.versions(model)).isEqualTo(step < 3 ? List.of() : List.of(1));
      if (step == 3) {
        assertThat(machine("other").newest(model).readVerified()).isEqualTo(Samples.bytes("one"));
      }
      Samples.publish(publisher(), model, "two", folder, "a", "b");
      assertThat(machine("other").newest(model).readVerified()).isEqualTo(Samples.bytes("two"));
    }
  }

  @Test
  void storeThatCallsEveryNumberTaken_isRefused() {
    RemoteVersions stubborn =
        new ForwardingVersions(remote) {
          @Override
          public boolean create(String model, int version, byte[] manifest) {
            assertThat(version).as("the numbers that are tried").isLessThan(1_000);
            return false;
          }
        };
    ModelRepository repository =
        new RemoteModelRepository(stubborn, temp.resolve("x"), warnings::add);
    assertThatThrownBy(() -> Samples.publish(repository, "cats", "one"))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "cannot publish cats to memory://models: it calls the numbers up to 10 taken, but has no"
                + " versions with these numbers; check that it supports conditional writes"
                + " (If-None-Match)");
  }

  @Test
  void readerThatIsKilled_leavesNoPartOfAVersion() {
    Samples.publish(publisher(), "cats", "one");
    remote.callsToKill = 1;
    ModelRepository other = machine("other");
    assertThat(MemoryVersions.isKill(catchThrowable(() -> other.version("cats", 1)))).isTrue();
    remote.callsToKill = -1;
    remote.away = true;
    assertThatThrownBy(() -> other.version("cats", 1)).isInstanceOf(ModelException.class);
    remote.away = false;
    assertThat(other.version("cats", 1).readVerified()).isEqualTo(Samples.bytes("one"));
  }

  @Test
  void versionThatWasMadeAnew_replacesTheCachedOne() {
    Samples.publish(publisher(), "cats", "one");
    ModelRepository other = machine("other");
    other.version("cats", 1);
    remote.files.clear();
    Samples.publish(machine("publisher-2"), "cats", "another");
    assertThat(other.version("cats", 1).readVerified()).isEqualTo(Samples.bytes("another"));
  }

  @Test
  void damagedFile_isNotCopied() {
    Samples.publish(publisher(), "cats", "one");
    remote.files.put("cats/" + Sha256.of("one"), Samples.bytes("damaged"));
    assertThatThrownBy(() -> machine("other").version("cats", 1))
        .isInstanceOf(ModelException.class);
    assertThat(temp.resolve("other/cats/1")).doesNotExist();
  }

  @Test
  void manifestOfAnotherVersion_isRefused() {
    Samples.publish(publisher(), "cats", "one");
    remote.files.put("dogs/3/millrace.json", remote.files.get("cats/1/millrace.json"));
    remote.files.put("cats/4/millrace.json", Samples.bytes("{}"));
    assertThatThrownBy(() -> machine("other").version("dogs", 3))
        .hasMessage(
            "memory://models/dogs/3 has the manifest of cats version 1: do not move or copy"
                + " versions; import the model instead");
    assertThatThrownBy(() -> machine("other").version("cats", 4))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("memory://models/cats/4 is not a manifest (");
  }

  @Test
  void removedVersion_isGoneOnBothMachines() {
    RemoteModelRepository publisher = machine("publisher");
    Samples.publish(publisher, "cats", "one");
    Samples.publish(publisher, "cats", "two");
    publisher.remove("cats", 1);
    assertThat(publisher.versions("cats")).containsExactly(2);
    assertThat(machine("other").versions("cats")).containsExactly(2);
    assertThat(temp.resolve("publisher/cats/1")).doesNotExist();
    assertThatThrownBy(() -> publisher.remove("cats", 1))
        .hasMessage("model 'cats' in memory://models has no version 1; name one of [2]");
    publisher.close();
    assertThat(remote.calls).endsWith("close");
  }

  @Test
  void unfinishedCopies_areRemovedFromTheCache() throws IOException {
    Samples.publish(publisher(), "cats", "one");
    assertThat(machine("other").removeUnfinished("cats", Duration.ZERO)).isZero();
    machine("other").version("cats", 1);
    Files.createDirectory(temp.resolve("other/cats/.publishing-x"));
    assertThat(machine("other").removeUnfinished("cats", Duration.ZERO)).isEqualTo(1);
    assertThat(machine("other").version("cats", 1).readVerified()).isEqualTo(Samples.bytes("one"));
  }

  @Test
  void cacheThatCannotBeWritten_isNamed() throws IOException {
    Samples.publish(publisher(), "cats", "one");
    Path file = Files.writeString(temp.resolve("file"), "in the way");
    assertThatThrownBy(
            () -> new RemoteModelRepository(remote, file, warnings::add).version("cats", 1))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("cannot use the cache " + file + " (");
  }
}
