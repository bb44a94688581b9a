package dev.millrace.core.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Threads publish at the same time through two {@link ModelRepository} objects for one folder. The
 * two objects stand for two processes.
 */
@Timeout(30)
class ConcurrentPublicationTest {

  private static final int PUBLISHERS = 4;
  private static final int ROUNDS = 4;

  private final ExecutorService threads = Executors.newFixedThreadPool(PUBLISHERS + 1);

  @TempDir private Path root;

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  @Test
  void versions_publishedAtOnce_areDistinctAndWholeWhenFirstSeen() throws Exception {
    List<ModelRepository> repositories =
        List.of(new ModelRepository(root), new ModelRepository(root));
    CyclicBarrier together = new CyclicBarrier(PUBLISHERS);
    List<Future<List<ModelVersion>>> publishers = new ArrayList<>();
    Future<List<ModelVersion>> reader = threads.submit(this::readAsTheyAppear);

    for (int publisher = 0; publisher < PUBLISHERS; publisher++) {
      publishers.add(
          threads.submit(
              publisher(repositories.get(publisher % repositories.size()), publisher, together)));
    }
    List<ModelVersion> published = new ArrayList<>();
    for (Future<List<ModelVersion>> publisher : publishers) {
      published.addAll(publisher.get());
    }

    assertThat(published)
        .extracting(ModelVersion::version)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, PUBLISHERS * ROUNDS).boxed().toList());
    assertThat(reader.get()).containsExactlyInAnyOrderElementsOf(published);
    for (ModelVersion version : published) {
      assertThat(repositories.get(0).version("resnet20", version.version())).isEqualTo(version);
    }
  }

  /**
   * Publishes one version per round, with unique weights, at the same moment as the other
   * publishers.
   */
  private static Callable<List<ModelVersion>> publisher(
      ModelRepository repository, int publisher, CyclicBarrier together) {
    return () -> {
      List<ModelVersion> versions = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        String weights = ("publisher " + publisher + " round " + round + " ").repeat(1000);
        together.await();
        ModelVersion version = Samples.publish(repository, "resnet20", weights);
        assertThat(version.readVerified()).isEqualTo(Samples.bytes(weights));
        versions.add(version);
      }
      return versions;
    };
  }

  /**
   * Reads each version as soon as its folder appears, and returns the versions in order. The method
   * polls without a pause, because an incomplete version would be visible for microseconds only.
   */
  private List<ModelVersion> readAsTheyAppear() throws InterruptedException {
    Path home = root.resolve("resnet20");
    List<ModelVersion> versions = new ArrayList<>();
    while (versions.size() < PUBLISHERS * ROUNDS) {
      Path folder = home.resolve(Integer.toString(versions.size() + 1));
      while (!Files.isDirectory(folder)) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        Thread.onSpinWait();
      }
      ModelVersion version = new ModelVersion(folder, ManifestFile.read(folder));
      assertThat(version.readVerified()).isNotEmpty();
      assertThat(home.resolve("labels.txt")).hasContent("cat\nRüde\n");
      versions.add(version);
    }
    return versions;
  }
}
