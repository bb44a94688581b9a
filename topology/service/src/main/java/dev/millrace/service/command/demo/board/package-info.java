/** The demo's live screen: its content, and the layout of this content in a terminal's cells. */
package dev.millrace.service.command.demo.board;
