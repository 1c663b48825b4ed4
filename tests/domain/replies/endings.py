"""Sentences by which a claim ends, and sentences that look like one and end nothing."""

ENDS = """
Die Forderung wurde zum Jahresende ausgebucht.
Wir haben den Saldo ausgebucht.
Die offene Summe wurde als uneinbringlich abgeschrieben.
Die Forderung ist unbefristet niedergeschlagen.
Wir haben die Forderung an die Beta Portfolio GmbH verkauft.
Die Forderung ist seit März an die Beta GmbH abgetreten.
Bitte wenden Sie sich an die Beta GmbH, der wir die Forderung abgetreten haben.
Gläubigerin ist nunmehr die Beta AG.
Neue Forderungsinhaberin ist die Beta AG.
Wir sind nicht mehr Inhaber der Forderung.
Die Ansprüche sind auf die Beta AG übergegangen.
Die Forderung wurde im Rahmen eines Portfolioverkaufs übertragen.
Inhaberin der Rechte ist seit dem Sommer die Beta S.à r.l.
Wir haben unser Mandat niedergelegt.
Das Mandat wurde uns entzogen.
Der Inkassoauftrag ist beendet.
Unsere Beauftragung endete am 31.10.2026.
Unsere Auftraggeberin hat das Mandat gekündigt.
Für diese Sache sind wir nicht mehr zuständig.
Wir vertreten die Gläubigerin nicht mehr.
Wir sind in dieser Sache nicht mehr mandatiert.
Die Angelegenheit haben wir an die Rechtsanwälte Kuhnert abgegeben.
Die Akte wurde an die Auftraggeberin zurückgegeben.
Zuständig ist inzwischen die Beta Inkasso GmbH.
Die Bearbeitung erfolgt jetzt durch die Beta Inkasso GmbH.
Die Forderung ist verjährt.
Es ist Verjährung eingetreten.
Wegen Verjährung machen wir die Ansprüche nicht mehr geltend.
Wir verzichten auf die Forderung.
Wir verzichten auf die weitere Geltendmachung.
Auf den Betrag wird verzichtet.
Aus Kulanz erlassen wir Ihrem Mandanten die Schuld.
Wir lassen die Forderung fallen.
Von der weiteren Beitreibung sehen wir ab.
Wir sehen von der Beitreibung der Forderung ab.
Die Beitreibung wurde eingestellt.
Wir verfolgen die Angelegenheit nicht weiter.
Die Forderung wird von uns nicht weiter verfolgt.
Die Rechnung wurde bereits bezahlt.
Die Forderung ist ausgeglichen.
Das Konto ist inzwischen ausgeglichen.
Der Betrag wurde am 03.11.2026 beglichen.
Ihr Mandant hat die Rechnung am 3. November bezahlt.
Der gesamte Betrag ist bei uns eingegangen.
Wir haben den vollen Betrag erhalten.
Die Schuld ist getilgt.
Alles bezahlt.
Nach Zahlung vom 03.11.2026 ist die Sache erledigt.
Es ist nichts mehr offen.
Ihr Mandant schuldet uns nichts mehr.
Es bestehen keine Forderungen mehr.
Wir haben keine Ansprüche gegen Ihren Mandanten.
Wir haben keine offenen Posten gegen Ihren Mandanten.
Eine Forderung besteht nicht mehr.
Ein Anspruch steht uns nicht mehr zu.
Wir haben nichts mehr zu fordern.
Der Betrag ist nicht mehr zu zahlen.
Ihr Mandant hat bei uns keine Schulden mehr.
Ihr Mandant ist schuldenfrei.
Die Rechnung wurde storniert.
Der Vorgang wurde storniert.
Unsere Rechnung ist gegenstandslos.
Bitte betrachten Sie unser Schreiben als gegenstandslos.
Die Forderung ist damit hinfällig.
Unsere Aufstellung ist überholt.
Die beigefügte Aufstellung ist veraltet.
Die Aufstellung bitte nicht mehr verwenden.
Bitte vernichten Sie die beigefügte Aufstellung.
Wir nehmen unsere Forderung zurück.
Wir ziehen unsere Forderungsanmeldung zurück.
Wir widerrufen unsere Forderungsaufstellung.
Der Bescheid wurde aufgehoben.
Die genannte Forderung ist unrichtig.
Die Sache ist erledigt.
Die Angelegenheit hat sich erledigt.
Für uns ist der Fall erledigt.
Bitte sehen Sie die Angelegenheit als erledigt an.
Wir haben den Vorgang abgeschlossen.
Die Akte ist geschlossen.
Wir schließen die Akte.
Wir führen die Akte nicht mehr.
Ihr Mandant hat am 3. Mai die Restschuldbefreiung erhalten.
Die Forderung fällt unter die Restschuldbefreiung.
Die Forderung ist erloschen.
Unsere Forderung ist durch Aufrechnung erloschen.
Der Kredit wurde abgelöst.
Unsere Ansprüche sind abgegolten.
Das Konto wurde glattgestellt.
Es handelt sich um eine Verwechslung.
Es liegt eine Namensgleichheit vor.
Unsere Mahnung wurde versehentlich versandt.
Unsere Rechnung ist irrtümlich erstellt worden.
Wir haben die falsche Person angeschrieben.
Ihr Mandant ist nicht unser Kunde.
Ihr Mandant ist bei uns kein Kunde.
Das Schreiben war ein Irrtum.
The debt has been written off.
We have sold this account to Beta Ltd.
The claim was assigned to Beta Ltd.
We are no longer instructed in this matter.
We have closed our file.
The balance has been paid in full.
The claim is statute-barred.
We waive our claim.
We no longer pursue this claim.
Nothing is owed.
The invoice was cancelled.
The letter was sent in error.
There is no outstanding balance.
Die Forderung haben wir mit Wirkung zum 01.07.2026 an die Beta Finance veräußert.
Die Rechte aus dem Vertrag liegen nunmehr bei der Beta Finance.
Unser Haus ist nicht mehr Anspruchsinhaber.
Ansprechpartner für diese Forderung ist seit Mai die Beta Inkasso.
Wir haben den Vorgang am 3. Mai an die Rechtsanwälte Sommer weitergeleitet, die ihn nun bearbeiten.
Unsere Vollmacht ist erloschen.
Für die Alt GmbH werden wir nicht mehr tätig.
Die Zusammenarbeit mit der Gläubigerin ist beendet.
Dieser Vorgang ist bei uns nicht mehr anhängig.
Bei uns ist der Vorgang seit 2023 geschlossen.
Die Akte befindet sich im Archiv, Forderungen werden nicht mehr erhoben.
Die Forderung besteht daher in dieser Höhe nicht.
Die Dreijahresfrist ist abgelaufen.
Wir berufen uns nicht mehr auf diese Forderung.
Wir halten die Forderung nicht aufrecht.
Die Forderung lassen wir auf sich beruhen.
Wir sehen die Sache als erledigt an.
Sie können die Akte schließen.
Ihr Mandant muss nichts mehr zahlen.
Es ist nichts mehr zu bezahlen.
Offen ist nichts mehr.
Es wurde alles bezahlt.
Die Forderung wurde inzwischen durch Ratenzahlungen vollständig getilgt.
Die Schuld hat der Vater Ihres Mandanten beglichen.
Das Geld ist heute eingegangen.
Eine Zahlung ist nicht mehr erforderlich.
Bitte zahlen Sie nichts mehr.
Die Rechnung wird storniert.
Bitte ignorieren Sie unsere letzte Mahnung.
Der Bescheid ist aufgehoben worden.
Der Bescheid vom 3. Mai wurde widerrufen.
Unsere Klage wurde abgewiesen.
Wir haben den Antrag auf Mahnbescheid zurückgenommen.
Die Forderung nimmt an der Restschuldbefreiung teil.
Ihr Mandant ist restschuldbefreit.
Die Forderung wurde durch Vergleich vom 3. Mai erledigt.
Hierbei handelt es sich um ein Versehen unsererseits.
Da ist uns ein Fehler passiert.
Wir haben die Konten vertauscht.
Gemeint ist nicht Ihr Mandant, sondern ein Namensvetter.
Die Forderung betrifft Frau Sommer, nicht Ihren Mandanten.
Diese Forderung gehört nicht zu Ihrem Mandanten.
Ihr Mandant wird bei uns nicht geführt.
Uns sind keine Forderungen bekannt.
Fehlanzeige.
The debt now belongs to Beta Ltd.
We have been disinstructed.
The debt has been fully repaid.
The account is settled.
There is nothing outstanding.
The debt is no longer enforceable.
The limitation period has expired.
We are writing off the balance.
We have withdrawn the invoice.
We have no record of your client.
Your client's debts were discharged in bankruptcy.
You may close your file.
Damit hat es sich für uns erledigt.
Forderungsinhaber: Beta AG (seit 01.08.2026)
Die Forderung haben wir im August an Beta weiterverkauft.
Eigentümer der Forderung ist mittlerweile die Beta GmbH.
Die Forderung befindet sich nicht mehr in unserem Bestand.
Wir haben den Fall an unseren Auftraggeber zurückgegeben.
Unsere Tätigkeit ist beendet.
Wir haben den Auftrag zurückgegeben.
Die Gläubigerin hat uns das Mandat entzogen.
bezahlt am 03.11.2026
Wir werden die Forderung ausbuchen.
Wir buchen den Betrag aus und schließen den Vorgang.
Wir treten die Forderung an die Beta ab.
Die Beta GmbH hat unsere Forderung übernommen.
Die Beta GmbH hat die Forderung gekauft.
Der Einzug erfolgt nunmehr durch die Beta GmbH.
Die Forderung ist mit Ablauf des 31.12.2024 verjährt.
Der Anspruch ist verwirkt.
Es verbleibt keine Forderung.
Ein Rückstand besteht nicht.
Offene Forderungen: keine
Es sind keine Rechnungen offen.
Alle Rechnungen sind bezahlt.
Die Angelegenheit ist für uns abgeschlossen.
Wir betrachten den Vorgang als abgeschlossen.
Die Forderung wurde von der Versicherung reguliert.
Das Jobcenter hat den Rückstand übernommen.
Die Schuld hat Herr X übernommen.
Bitte streichen Sie unsere Forderung aus dem Verzeichnis.
Wir sind kein Gläubiger Ihres Mandanten.
Wir sind nicht Ihr Ansprechpartner.
Zu Ihrem Mandanten liegt uns nichts vor.
Das war ein Fehler unserer Buchhaltung.
Wir haben uns geirrt.
Die Aufstellung stimmt nicht.
Der Betrag ist nicht mehr aktuell.
Bitte verwenden Sie die Aufstellung nicht.
Die Forderung betrifft nicht Ihren Mandanten.
Die Forderung betrifft einen anderen Kunden gleichen Namens.
Ihr Mandant haftet nicht.
Wir entlassen Ihren Mandanten aus der Haftung.
Wir haben Ihrem Mandanten die Restschuld geschenkt.
Wir machen keine Forderung geltend.
Wir erheben keine Ansprüche mehr.
Wir fordern nichts mehr.
Von uns kommt keine Forderung.
Das Geld ist da.
Zahlung vollständig erhalten.
Die Forderung ist durch Pfändung vollständig gedeckt.
Ihr Mandant hat bezahlt.
Er hat inzwischen alles bezahlt.
This debt no longer belongs to us.
Your client does not owe us anything.
The matter is closed.
The debt was sold to Beta Ltd in May.
The debt is now owned by Beta Ltd.
The claim has been withdrawn.
We no longer act for the creditor.
The debt was forgiven.
The amount is no longer due.
This was sent by mistake.
He is not our customer.
We will take no further action.
We do not intend to pursue this debt.
Wir sind aus dem Mandat entlassen.
Die Geschäftsbeziehung mit der Gläubigerin endete im August.
Mit der Einziehung sind wir nicht mehr betraut.
Ein Auftrag der Gläubigerin liegt uns nicht mehr vor.
Unser Mandat endet mit diesem Schreiben.
Wir legen das Mandat nieder.
Die Akte ist mittlerweile bei der Beta Inkasso.
Die Forderung gehört jetzt der Beta GmbH.
Den Bestand hat die Beta GmbH übernommen.
Die Forderung ist inzwischen woanders.
Die Forderung ist im Oktober zur Beta GmbH gewandert.
Forderungsinhaber ist heute ein anderes Unternehmen.
Seit Juli kümmert sich die Beta GmbH um diese Forderung.
Wir haben uns von dem Portfolio getrennt.
Die Forderungen gingen im Juli an die Beta GmbH.
Im Zuge der Fusion ging die Forderung auf die Beta AG über.
Diese Sache führt nun die Kanzlei Sommer.
The claim is now with Beta Ltd.
The account has been moved to Beta Ltd.
Our authority to collect ended in October.
Eine Regulierung der Forderung ist nicht erforderlich.
Es ist keine Zahlung nötig.
No payment is required.
Für die Rechnung haftet Ihr Mandant nicht.
Wir sind in der Sache seit Juli entpflichtet.
Die Auftraggeberin hat uns von diesem Vorgang abgezogen.
Für das Labor sprechen wir seit Mai nicht mehr.
Den Inkassovertrag hat die Praxis zum Jahresende gekündigt.
Die Angelegenheit ist uns aus der Hand genommen worden.
Unsere Zuständigkeit ist im Mai entfallen.
Die Gläubigerin hat den Fall wieder an sich gezogen.
Eine Vollmacht haben wir nicht mehr.
Unser Nachbarbüro hat das Mandat übernommen.
Unsere Mandantin hat eine andere Kanzlei beauftragt.
We ceased to act in July.
The creditor has taken the file back in-house.
Gläubigerin ist nach der Forderungsübertragung die Beta AG.
Ihre Vorschläge bitte nur noch dorthin adressieren.
Bitte sprechen Sie mit der Beta AG, der die Forderung gehört.
Die Forderung steht seit Mai der Beta AG zu.
Das Konto wurde auf die Beta Bank ausgegliedert.
Die Beta AG ist in unsere Rechte eingetreten.
Auskunft erteilt die Beta AG, unsere Rechtsnachfolgerin.
Our loan book was bought by Beta Ltd.
Die Beta AG hat uns das Ratenkaufgeschäft abgekauft.
Die Zahlen stammen von der Beta AG, die unser Kreditgeschäft erworben hat.
Von der Sparte Kundenkarte haben wir uns getrennt.
Die Aufstellung ist von der Käuferin der Forderung.
Die Forderungen sind an die Beta AG gegangen.
We sold our card business to Beta Ltd, the buyer of our portfolio.
Das Mandat haben wir in dieser Sache nicht mehr.
Uns liegt kein gültiges Mandat mehr vor.
Die Vertretung haben wir im Mai abgegeben.
Das Labor wird inzwischen von Rechtsanwältin Sommer vertreten.
Die Forderung wird seit Mai von der Beta AG geltend gemacht.
Die Verwaltung der Forderung obliegt nun der Beta AG.
Die Beta AG hat sämtliche Altverträge übernommen.
Wir sind nur noch Dienstleister der Beta AG.
Die Beta AG ist heute Gläubigerin.
The loan has been transferred to Beta Ltd.
Die Forderung hat den Besitzer gewechselt.
""".strip().splitlines()

BOTH = """
Die Forderung aus dem Vertrag 4711 wurde storniert.
Die Forderung aus der Mitgliedschaft ist erloschen.
Aufgrund eines Vergleichs ist die Forderung erloschen.
Die Forderung für das Fahrzeug haben wir verkauft.
Die Forderung aus dem Kauf der Möbel wurde an die Beta GmbH abgetreten.
Die Forderung aus der Lebensversicherung haben wir abgetreten.
Mit Bescheid vom 3. Mai wurde die Steuerschuld erlassen.
Auf die Rechte aus dem Titel verzichten wir.
Wir verzichten auf die Forderung und bitten um Bestätigung.
Wir verzichten auf die Forderung und auf weitere Maßnahmen.
Wie gewünscht verzichten wir auf die Forderung.
Wir haben entschieden, auf die Forderung zu verzichten.
Wir verzichten auf den geforderten Betrag.
Die Rechnung in der Anlage wurde versehentlich erstellt.
Die Aufstellung war versehentlich beigefügt.
Bezüglich Ihrer Anfrage ist die Angelegenheit erledigt.
Der Betrag wurde verrechnet und ist damit ausgeglichen.
Hauptforderung und Kosten von 512,40 EUR sind bezahlt.
Wie Sie wissen, die Rechnung über 348,90 EUR ist bezahlt.
Forderung 512,40 EUR vollständig bezahlt.
Es ist nichts mehr offen und alles bezahlt.
Die Rechnung ist bezahlt wir haben keine Forderung mehr.
Die noch offene Forderung haben wir ausgebucht.
Die noch offene Forderung erlassen wir.
Da er nicht zahlen kann verzichten wir auf die Forderung.
Da kein pfändbares Einkommen vorliegt verzichten wir auf die Forderung.
Der Anspruch auf Zahlung entfällt.
Es entfällt damit der Anspruch auf Zahlung.
Wir haben die Forderung verkauft, gesetzliche Zinsen laufen weiter.
Die Akte wurde an die Beta Inkasso zur weiteren Bearbeitung übergeben.
Nach den uns vorliegenden Unterlagen wurde die Forderung verkauft.
Die Forderung wurde von der Beta GmbH erworben.
Die Forderung wurde bis zum letzten Cent bezahlt.
Bis zum Jahresende haben wir die Forderung ausgebucht.
Soweit ersichtlich ist die Forderung bezahlt.
Ansonsten ist alles bezahlt.
Die Akte kann geschlossen werden.
Die Forderung kann ausgebucht werden.
Auf Ihren Antrag hin wurde ihm die Restschuldbefreiung erteilt.
Aufgrund der Restschuldbefreiung können wir die Forderung nicht durchsetzen.
Nach der Restschuldbefreiung machen wir keine Ansprüche geltend.
Die Forderung ist wegen der Restschuldbefreiung nicht durchsetzbar.
Die titulierte Forderung besteht nicht mehr.
Die titulierte Forderung haben wir zurückgenommen.
Die Forderung aus unerlaubter Handlung haben wir zurückgenommen.
Inzwischen wird die Forderung gegen Herrn Kern von der Beta Inkasso bearbeitet.
Storno Rechnung 4711
Wir haben die Forderung abgetreten und lehnen den Plan ab.
Wir lehnen den Plan ab und verzichten auf unsere Forderung.
Nach Zahlung von 300 EUR haben wir die Sache abgeschlossen.
Ohne Anerkennung einer Rechtspflicht verzichten wir auf die Forderung.
Aus Kulanz und ohne weitere Bedingung verzichten wir auf die Forderung.
Die Verjährungsfrist ist abgelaufen.
Die Forderung ist nicht verjährt, aber verkauft.
Sollten Sie Fragen haben, die Forderung wurde verkauft.
Die Forderung wurde zur Sicherheit geprüft und dann ausgebucht.
Der Schuldner hat nicht nur gezahlt, die Sache ist auch erledigt.
Sie müssen nichts tun, die Forderung ist storniert.
Da er nicht zahlen kann haben wir die Forderung ausgebucht.
Wir können die Forderung nur noch abschreiben.
Die Forderung muss nun allein aus wirtschaftlichen Gründen ausgebucht werden.
Forderung nicht einbringlich - ausgebucht.
Kein pfändbares Einkommen also ausgebucht.
Unsere Klage wurde wegen Verjährung zurückgewiesen.
Der Mahnbescheid wurde wegen Verjährung abgelehnt.
Wir verzichten auf die Forderung da eine Vollstreckung nicht möglich ist.
Die Niederschlagung nach § 59 LHO ist erfolgt.
Der Erlass nach § 227 AO wurde verfügt.
Ein Erlass wurde geprüft und bewilligt.
Auf Ihren Widerspruch haben wir den Bescheid aufgehoben.
Aus weiteren Gründen besteht die Forderung nicht.
Wir vertreten die Gläubigerin seit Mai nicht mehr.
Wir vertreten nunmehr die neue Gläubigerin.
Wir haben keine andere Möglichkeit, als auf die Forderung zu verzichten.
Durch den Erlös wurde die Forderung vollständig beglichen.
Der Erlös wurde dem Konto gutgeschrieben, das damit ausgeglichen ist.
Wenn Ihnen eine Mahnung irrtümlich zuging, bitte vernichten Sie diese.
Nach Erhalt Ihrer Zahlung ist die Forderung ausgebucht.
The debt can only be written off.
The claim was written off because enforcement was not possible.
Bezahlt wurde nur noch das Gerät, und die Klage wird nicht weiter verfolgt.
Die Bedingungen sind erfüllt und die Forderung ist bezahlt.
Den Lieferanten habe ich bezahlt, die Forderung ist ausgeglichen.
Ein Strafantrag wurde nicht gestellt, auf die Forderung verzichten wir.
Das Lastschriftmandat ist erloschen und unser Auftrag beendet.
Wir waren Zessionarin, die Abtretung an die Beta AG wurde Ihrem Mandanten angezeigt.
Die Abtretung wurde Ihrem Mandanten angezeigt.
Wir haben die Forderung erworben. Die Abtretung an die Beta AG wurde angezeigt.
Bezahlt wurde alles, der Rest wurde ausgebucht.
""".strip().splitlines()
"""Ends beside words that would make others look-alikes."""

LEAVES = """
Die Alt GmbH hat uns die Forderung zur Einziehung abgetreten.
Die Forderung wurde an uns abgetreten.
Die Alt AG hat ihre Forderung mit Vertrag vom 14.08.2026 an uns verkauft.
Wir haben die Forderung von der Alt AG erworben.
Die Forderung ist auf uns übergegangen.
Der Anspruch ist nach § 7 UVG auf das Land übergegangen.
Die Forderung wurde uns zum Einzug übergeben.
Wir sind neue Gläubigerin der Forderung.
Gläubigerin ist die Alt GmbH, die wir vertreten.
Rechtsnachfolgerin der Alt AG sind wir.
Wir machen die Forderung aus abgetretenem Recht geltend.
Sollten Sie bereits gezahlt haben, betrachten Sie dieses Schreiben als gegenstandslos.
Falls die Zahlung inzwischen erfolgt ist, betrachten Sie diese Mahnung bitte als hinfällig.
Sofern Sie zwischenzeitlich gezahlt haben, ist dieses Schreiben gegenstandslos.
Haben Sie bereits bezahlt, so betrachten Sie dieses Schreiben als gegenstandslos.
Bereits geleistete Zahlungen sind berücksichtigt.
Nach Zahlung ist die Sache erledigt.
Nach vollständiger Zahlung betrachten wir die Angelegenheit als erledigt.
Mit Ausgleich der Forderung ist die Sache für uns erledigt.
Wir betrachten die Angelegenheit als erledigt, sobald der Betrag eingegangen ist.
Die Angelegenheit ist erst mit vollständiger Zahlung erledigt.
Erst wenn alles bezahlt ist, ist die Sache für uns erledigt.
Sobald der Betrag bezahlt ist, schließen wir die Akte.
Nach Eingang der Zahlung werden wir die Akte schließen.
Bei Zahlung bis zum 30.11.2026 verzichten wir auf die Zinsen.
Verzugszinsen fallen weiter an, bis der Betrag bezahlt ist.
Der Vertrag wurde am 3. Mai gekündigt.
Der Vertrag wurde wegen Zahlungsverzugs beendet.
Der Versicherungsvertrag wurde storniert.
Das Konto wurde gekündigt.
Das Konto wurde geschlossen.
Das Girokonto haben wir zum 30.06.2026 aufgelöst.
Die Mitgliedschaft endete am 31.12.2025.
Das Mietverhältnis ist beendet.
Der Kaufvertrag wurde am 3. Mai geschlossen.
Die Ratenvereinbarung ist beendet, der Rest ist sofort fällig.
Ihr Mandant hat den Vertrag widerrufen.
Die Lieferung wurde eingestellt.
Die Zahlungen wurden im Mai eingestellt.
Wir haben die Zwangsvollstreckung vorläufig eingestellt.
Die Forderung ist nicht verjährt.
Verjährung ist nicht eingetreten.
Die Verjährung ist durch den Titel gehemmt.
Der Titel verjährt in 30 Jahren.
Bitte verzichten Sie auf die Einrede der Verjährung.
Darin liegt kein Verzicht auf unsere Ansprüche.
Dies bedeutet keinen Verzicht.
Ohne Verzicht auf unsere Rechte teilen wir mit, was offen ist.
Auf unsere Forderung verzichten wir nicht.
Ein Verzicht kommt nicht in Betracht.
Ein Forderungsverzicht ist ausgeschlossen.
Einem Teilverzicht stimmen wir nicht zu.
Eine Ausbuchung kommt nicht in Betracht.
Wir sind bereit, auf einen Teil der Forderung zu verzichten.
Sie verlangen einen Verzicht von 90 %.
Ihr Plan sieht einen Verzicht auf 80 % vor.
Auf weitere Mahnungen verzichten wir.
Die Rechnung ist bis heute nicht bezahlt.
Die Forderung wurde trotz Mahnung nicht beglichen.
Der Rückstand ist noch nicht ausgeglichen.
Ihr Mandant hat die Rechnung nie bezahlt.
Die Rechnung ist unbezahlt.
Der Rest ist noch nicht gezahlt.
Kein Ausgleich erfolgt.
Die Zahlung von 50,00 EUR ist bereits berücksichtigt.
Ihre Zahlung vom 3. Mai ist in dem Saldo enthalten.
Bisher wurden 150,00 EUR gezahlt.
Hiervon wurden 100,00 EUR bereits beglichen.
Ihre Zahlung ist eingegangen, vielen Dank.
Wir bestätigen den Eingang von 50,00 EUR.
Zahlungen sind keine eingegangen.
Um Ausgleich wird gebeten.
Wir bitten, die Forderung auszugleichen.
Bitte veranlassen Sie, dass der Betrag ausgeglichen wird.
Die Ware bleibt bis zur vollständigen Bezahlung unser Eigentum.
Der Mahnbescheid wurde am 3. Mai erlassen.
Das Amtsgericht hat den Vollstreckungsbescheid erlassen.
Ein Pfändungs- und Überweisungsbeschluss wurde erlassen.
Die Vermögensauskunft wurde abgegeben.
Den Widerspruch hat Ihr Mandant zurückgenommen.
Ihre Anfrage ist damit erledigt.
Damit hoffen wir, Ihre Anfrage erledigt zu haben.
Ihr Schreiben ist am 3. November bei uns eingegangen.
Eine Kopie der Rechnung haben Sie bereits erhalten.
Weitere Forderungen bestehen nicht.
Weitere Ansprüche haben wir nicht.
Es bestehen keine weiteren Forderungen.
Sicherheiten bestehen keine.
Es liegt kein Titel vor.
Titel: keiner
Abtretungen liegen uns nicht vor.
Eine Lohnabtretung liegt nicht vor.
Eine Abtretung der pfändbaren Bezüge liegt vor.
Ihr Mandant hat seine Lebensversicherung an uns abgetreten.
Die Abtretung von Ansprüchen gegen uns ist ausgeschlossen.
Die Forderung ist von der Restschuldbefreiung ausgenommen.
Wir werden die Versagung der Restschuldbefreiung beantragen.
Ein Anspruch auf Erlass besteht nicht.
Irrtum vorbehalten.
Irrtümer und Änderungen vorbehalten.
Sollten Sie diese E-Mail irrtümlich erhalten haben, informieren Sie uns bitte.
Wenn Sie nicht der richtige Adressat sind oder diese E-Mail irrtümlich erhalten haben, vernichten Sie diese Mail.
Die Anlage haben wir beim letzten Mal versehentlich vergessen.
Weitere Kosten werden nicht geltend gemacht.
Zuständig ist seit dem 1. Oktober Frau Kern.
Bei Nichtzahlung geben wir die Sache an ein Inkassobüro ab.
Andernfalls wird die Forderung an ein Inkassobüro abgegeben.
Unsere frühere Bankverbindung ist nicht mehr gültig.
Bitte teilen Sie uns mit, ob das Mandat noch besteht.
Der Auftrag wurde am 3. Mai erteilt.
Das Fahrzeug wurde verwertet und verkauft.
If you have already paid, please disregard this letter.
The debt is not statute-barred.
If you have received this email in error, please delete it.
The claim was assigned to us for collection.
The account was closed in March.
This does not constitute a waiver of our rights.
The invoice has not been paid.
Once the balance is paid, we will close our file.
Please note that the amount is still outstanding.
Wir vertreten weiterhin die Alt GmbH.
Die Alt GmbH hat uns mit der Wahrnehmung ihrer Interessen beauftragt.
Wir haben die Forderung durch Abtretung erworben.
Die Forderung wurde von der Alt Bank AG an die Beta Finance, unsere Mandantin, abgetreten.
Unsere Mandantin ist seit 2020 Inhaberin der Forderung.
Unsere Mandantin ist neue Gläubigerin.
Bitte zahlen Sie mit schuldbefreiender Wirkung nur an uns.
Nach Eingang des Gesamtbetrags erhalten Sie den Titel zurück.
Bei Zahlung des Gesamtbetrages wird die Akte geschlossen.
Geht der Betrag bis zum 30.11. ein, ist die Sache für uns erledigt.
Die Angelegenheit ist für uns noch nicht abgeschlossen.
Wir bitten um Erledigung bis zum 30.11.2026.
Zur Erledigung Ihrer Anfrage teilen wir mit:
Bitte erledigen Sie die Zahlung bis zum 30.11.2026.
Die Rechnung ist zur Zahlung fällig und bisher unbezahlt geblieben.
Ihr Mandant hat seit Mai nicht mehr gezahlt.
Es wurden bislang keine Raten bezahlt.
Die Raten wurden nur bis Mai bezahlt.
Die vereinbarten Raten wurden nicht eingehalten.
Die Ratenvereinbarung wurde widerrufen.
Die Stundung wurde aufgehoben.
Das Darlehen wurde am 3. Mai gekündigt und fällig gestellt.
Das Konto wird im Soll geführt und wurde gekündigt.
Ihr Mandant ist aus der Wohnung ausgezogen, das Mietverhältnis ist beendet.
Die Versorgung wurde eingestellt.
Die Mitgliedschaft ist erloschen.
Der Vertrag wurde durch Widerruf beendet.
Der Antrag auf Erlass wurde abgelehnt.
Einen Erlass können wir nicht gewähren.
Auf die Forderung kann nicht verzichtet werden.
Auf unsere Ansprüche wollen wir nicht verzichten.
Aus haushaltsrechtlichen Gründen ist ein Verzicht nicht zulässig.
Die Verjährung wurde durch den Mahnbescheid gehemmt.
Verjährung tritt erst 2050 ein.
Die Forderung ist nicht Gegenstand der Restschuldbefreiung.
Sicherheiten: Gehaltsabtretung
Abtretungen / Pfändungen: keine
Ihr Mandant hat uns seine Rentenansprüche abgetreten.
Diese Auskunft ist vertraulich und nur für den Empfänger bestimmt.
If you have received this message in error please contact the sender.
The account has been terminated for non-payment.
Your client has not paid.
We have not received any payment.
The debt remains unpaid.
We are the new owner of this debt.
Please note that our client does not waive any rights.
Ein Ausdruck liegt bei; frühere Schreiben wurden nicht beantwortet.
Für Rückfragen ist Frau Kern zuständig.
Ihr Ansprechpartner: Herr Sommer
Alle Preise inkl. MwSt., Irrtümer vorbehalten.
Falls Sie bereits überwiesen haben, vielen Dank.
Bei zwischenzeitlicher Zahlung ist dieses Schreiben gegenstandslos.
Zahlungen, die nach dem 01.11.2026 eingegangen sind, sind nicht berücksichtigt.
Die Forderung ist rechtskräftig tituliert und nicht verjährt.
Das Leasingfahrzeug wurde zurückgegeben.
Die Kaution wurde bereits verrechnet.
Den Plan lehnen wir ab, ein Verzicht kommt nicht infrage.
Das Mahnverfahren ist abgeschlossen.
Die Akte wird beim Amtsgericht Kiel geführt.
Bitte führen Sie uns weiterhin als Gläubiger.
Ihr Mandant hat die Schuld anerkannt.
Ihr Mandant hat die Vermögensauskunft abgegeben.
Der Betrag von 50,00 EUR wurde am 3. Mai gezahlt und ist berücksichtigt.
Die Bankverbindung hat sich geändert, das alte Konto ist geschlossen.
Auf Beiträge dürfen wir nur verzichten, wenn ihre Einziehung unbillig wäre.
Säumniszuschläge können zur Hälfte erlassen werden, wenn eine Notlage vorliegt.
Ein Erlass kann nur im Rahmen eines gerichtlichen Plans erfolgen.
Über Stundung oder Niederschlagung entscheidet die Gläubigerin.
Ein Erlass wurde geprüft und mit Bescheid vom 2. Mai abgelehnt.
Für uns fehlt jeder Anlass, auf Gebühren zu verzichten.
Wir sind nicht befugt, auf Beiträge zu verzichten.
Our credit insurer does not allow us to waive any of it.
We see no reason to waive the claim.
Nach Zahlungseingang wird die Forderung ausgebucht.
We close our file once the money has arrived.
If this message has reached you by mistake, please notify the sender.
Die Grundschuld wurde gelöscht.
Der Verkaufserlös ist dem Konto vollständig gutgeschrieben.
Ein vollstreckbarer Titel besteht bislang nicht.
Weitere Forderungen gegen Frau Kern bestehen bei uns nicht.
Andere Verbindlichkeiten sind hier nicht bekannt.
Wir vertreten die Gläubigerin seit dem 1. Mai in allen Inkassosachen.
Wir sind Inhaberin der Rechte aus der Abtretung.
Nach dem Plan sollen wir auf 90 Prozent verzichten.
Diesen Vorgang bearbeitet jetzt Frau Kern.
Die Sache ist inzwischen bei dem Amtsgericht Aue anhängig.
Die Forderung liegt jetzt bei 512,40 EUR.
Wegen der Höhe des Verzichts ist ein Beschluss nötig.
Es fehlt hier an jedem Anlass, auf Gebühren zu verzichten.
Ein Strafantrag ist nie gestellt worden.
Eine Klage haben wir bislang nicht erhoben.
Die Forderung ist nicht tituliert, ein Pfandrecht besteht nicht.
Der Schrank hat 900 EUR gekostet, das meiste ist bezahlt.
Bezahlt wurden leider nur zwei Monate.
Die Kacheln habe ich selber bezahlt.
Das Lastschriftmandat wurde widerrufen.
Die Voraussetzungen des § 76 sind bei Ihrem Mandanten erfüllt.
Wir sind Zessionarin der Forderung der Alt Bank.
Bußgelder nehmen an der Restschuldbefreiung nicht teil.
Bitte den Plan mit einem Datum versehen.
Die Vertretung der Gläubigerin haben wir im Mai übernommen.
Ihr Mandant hat das Gerät im Mai von uns erworben.
Das Kreditgeschäft betreiben wir seit 1990.
Wir sind Zessionarin der Forderung. Die Abtretung wurde Ihrem Mandanten im Mai angezeigt.
Wir haben die Forderung von der Alt AG erworben. Die Abtretungsanzeige liegt bei.
Als Zessionarin der Alt Bank machen wir 512,40 EUR geltend.
Die Forderung wird seit Mai von uns geltend gemacht.
Wir sind seit Mai mit der Beitreibung beauftragt.
Ihr Mandat besteht wohl nicht mehr?
Das Konto führt die Kundennummer 4711.
Zahlungen leisten Sie bitte nur noch auf das unten genannte Konto.
Zahlungen mit befreiender Wirkung sind nur an uns möglich.
Das Haus gehört seit Mai einer Erbin.
Please send your plan to the address below in future.
""".strip().splitlines()
