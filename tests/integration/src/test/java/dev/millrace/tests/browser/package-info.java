/** A browser without a window, for tests of the live page. */
package dev.millrace.tests.browser;
